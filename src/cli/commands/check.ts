/** `backout check`: is backout.yaml right? Reads the file, and nothing else. */
import { checkConfig } from '../../config/load.ts';
import type { BackoutConfig } from '../../config/load.ts';
import { ConfigurationError, formatPath, formatProblem, shortPath } from '../../config/problems.ts';
import type { PlacedProblem } from '../../config/problems.ts';
import { EXIT } from '../exit-codes.ts';
import type { Colours, Io } from '../io.ts';

export type CheckOptions = { config?: string; json?: boolean };

export type CheckResult = {
  /** As it is best written for a person. */
  file: string;
  problems: PlacedProblem[];
  /** Odd, but no hindrance. */
  warnings: PlacedProblem[];
  /** Secrets that are not here. Only a worker needs them, so a laptop or a pipeline may well be without. */
  absentSecrets: PlacedProblem[];
  /** Null when there are problems. */
  counts: { services: number; environments: number; hosts: number } | null;
};

/** @throws BackoutFailure InvalidConfiguration when there is no file */
export async function check(
  { config, json = false }: CheckOptions,
  io: Pick<Io, 'out' | 'env' | 'colours'>,
): Promise<number> {
  const result = await lookAt(config, io.env);
  io.out(json ? `${JSON.stringify(asJson(result), null, 2)}\n` : renderCheck(result, io.colours));
  return result.problems.length === 0 ? EXIT.ok : EXIT.usage;
}

async function lookAt(path: string | undefined, env: NodeJS.ProcessEnv): Promise<CheckResult> {
  try {
    const { config, warnings } = await checkConfig({ path, env, secrets: false });
    const absentSecrets = await problemsWithSecrets(path, env);
    return { file: shortPath(config.file), problems: [], warnings, absentSecrets, counts: count(config) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { problems } = error;
    return { file: problems[0]?.file ?? '', problems, warnings: [], absentSecrets: [], counts: null };
  }
}

/** What else is wrong with a good file where secrets have to be there. */
async function problemsWithSecrets(
  path: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<PlacedProblem[]> {
  try {
    await checkConfig({ path, env, secrets: true });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems;
  }
}

function count({ services, hosts }: BackoutConfig): CheckResult['counts'] {
  const environments = Object.values(services).map((service) => Object.keys(service.environments).length);
  return {
    services: environments.length,
    environments: environments.reduce((sum, number) => sum + number, 0),
    hosts: Object.keys(hosts).length,
  };
}

/** For people. */
export function renderCheck(
  { file, problems, warnings, absentSecrets, counts }: CheckResult,
  colours: Colours,
): string {
  if (counts === null) {
    return [
      `${colours.red('✖')} ${file} has ${plural(problems.length, 'problem')}:`,
      ...problems.map((problem) => `  ${formatProblem(problem)}`),
      '',
      'Nothing was contacted. Correct the file, then run `backout check` again.',
      '',
    ].join('\n');
  }
  const { services, environments, hosts } = counts;
  const parts = [plural(services, 'service'), plural(environments, 'environment'), plural(hosts, 'host')];
  const warn = (text: string) => `${colours.yellow('!')} ${text}`;
  return [
    `${colours.green('✔')} ${file} is right: ${parts.join(', ')}.`,
    ...[...warnings, ...absentSecrets].map((problem) => warn(formatProblem(problem))),
    '',
    'Nothing was contacted. `backout doctor` asks Temporal, the workers and the hosts.',
    '',
  ].join('\n');
}

/** For scripts. */
export function asJson({ file, problems, warnings, absentSecrets }: CheckResult): unknown {
  const plain = ({ line, column, path, message }: PlacedProblem) => ({
    line,
    column,
    path: formatPath(path),
    message,
  });
  return {
    ok: problems.length === 0,
    file,
    problems: problems.map(plain),
    warnings: warnings.map(plain),
    absentSecrets: absentSecrets.map(plain),
  };
}

function plural(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
