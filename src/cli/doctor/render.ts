/** The diagnosis in words. Pure. */
import type { Colours } from '../io.ts';
import { exitCodeFor } from './diagnosis.ts';
import type { Line, Mark, Section } from './diagnosis.ts';

/** One section, with an empty line after it. */
export function renderSection({ title, lines }: Section, colours: Colours): string {
  return `${colours.bold(title)}\n${lines.map((line) => renderLine(line, colours)).join('')}\n`;
}

function renderLine({ mark, name, detail, fix }: Line, colours: Colours): string {
  const said = `  ${sign(mark, colours)} ${name}: ${indented(detail)}\n`;
  return fix === undefined || mark === 'ok' ? said : `${said}    → ${indented(fix)}\n`;
}

function sign(mark: Mark, colours: Colours): string {
  switch (mark) {
    case 'ok':
      return colours.green('✔');
    case 'warning':
      return colours.yellow('!');
    case 'problem':
      return colours.red('✖');
  }
}

/** What programs print may have several lines. */
function indented(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n      ');
}

/** The last words: can we roll back? */
export function renderSummary(sections: Section[], colours: Colours): string {
  const problems = count(sections, 'problem');
  const warnings = count(sections, 'warning');
  const also = warnings === 0 ? '' : ` ${plural(warnings, 'remark')} (!).`;
  if (problems === 0) return `${colours.green('Ready to roll back.')}${also} Nothing was changed.\n`;
  const verdict = colours.red(`Not ready: ${plural(problems, 'problem')} (✖).`);
  return `${verdict}${also} Nothing was changed.\n${breakGlass(sections)}`;
}

/** Without Temporal or workers there is still a way, and this is the moment to know it. */
function breakGlass(sections: Section[]): string {
  const areas = sections.filter(({ lines }) => lines.some(({ mark }) => mark === 'problem'));
  if (!areas.some(({ area }) => area === 'temporal' || area === 'workers')) return '';
  return (
    'If it can not wait: `backout rollback traffic-only SERVICE --reason WHY --local` needs no Temporal and no worker, only a\n' +
    'good backout.yaml and the way to the hosts.\n'
  );
}

/** For scripts. */
export function asJson(sections: Section[]): unknown {
  return { ready: count(sections, 'problem') === 0, exitCode: exitCodeFor(sections), sections };
}

function count(sections: Section[], mark: Mark): number {
  return sections.flatMap(({ lines }) => lines).filter((line) => line.mark === mark).length;
}

function plural(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
