/** The tables of docs/configuration.md, from the JSON Schema. Written there by write-json-schema.ts. */
import type { JsonSchema } from './json-schema.ts';

export type Setting = { path: string; type: string; default: string; meaning: string };

/** Names that people choose. The record `colours` has keys `COLOUR`, and so on. */
const CHOSEN: Record<string, string> = {
  hosts: 'HOST',
  services: 'SERVICE',
  environments: 'ENVIRONMENT',
  colours: 'COLOUR',
  lastKnown: 'VERSION',
  priorities: 'SEVERITY',
  flags: 'FLAG',
  configFiles: 'FILE',
  channels: 'CHANNEL',
};

const REQUIRED = '**required**';

const ENVIRONMENT = 'services.SERVICE.environments.ENVIRONMENT';

/** Each setting stands in the section with the longest prefix that fits. */
const SECTIONS: [prefix: string, title: string][] = [
  ['', 'The file'],
  ['temporal', '`temporal`'],
  ['hosts.HOST', '`hosts.HOST`'],
  ['incidents', '`incidents`'],
  ['approvals', '`approvals`'],
  ['approvals.people.NAME', '`approvals.people.NAME`'],
  ['approvals.rules[]', '`approvals.rules[]`'],
  ['escalation', '`escalation`'],
  ['escalation.channels.CHANNEL', '`escalation.channels.CHANNEL`'],
  ['statusPage', '`statusPage`'],
  ['slack', '`slack`'],
  ['stakeholders', '`stakeholders`'],
  ['customerNotice', '`customerNotice`'],
  ['events', '`events`'],
  ['followUp', '`followUp`'],
  ['followUp.tickets', '`followUp.tickets`'],
  ['worker', '`worker`'],
  ['services.SERVICE', '`services.SERVICE`'],
  [ENVIRONMENT, '`services.SERVICE.environments.ENVIRONMENT`'],
  [`${ENVIRONMENT}.target`, 'In an environment: `target`'],
  [`${ENVIRONMENT}.target.colours.COLOUR`, 'In an environment: `target.colours.COLOUR`'],
  [`${ENVIRONMENT}.verify`, 'In an environment: `verify`'],
  [`${ENVIRONMENT}.verify.metrics`, 'In an environment: `verify.metrics`'],
  [`${ENVIRONMENT}.database`, 'In an environment: `database`'],
  [`${ENVIRONMENT}.migrations`, 'In an environment: `migrations`'],
  [`${ENVIRONMENT}.flags.FLAG`, 'In an environment: `flags.FLAG`'],
  [`${ENVIRONMENT}.configFiles.FILE`, 'In an environment: `configFiles.FILE`'],
  [`${ENVIRONMENT}.evidence`, 'In an environment: `evidence`'],
  [`${ENVIRONMENT}.escalation`, 'In an environment: `escalation`'],
  [`${ENVIRONMENT}.statusPage`, 'In an environment: `statusPage`'],
  [`${ENVIRONMENT}.slack`, 'In an environment: `slack`'],
  [`${ENVIRONMENT}.stakeholders`, 'In an environment: `stakeholders`'],
  [`${ENVIRONMENT}.customerNotice`, 'In an environment: `customerNotice`'],
  [`${ENVIRONMENT}.git`, 'In an environment: `git`'],
  [`${ENVIRONMENT}.events`, 'In an environment: `events`'],
  [`${ENVIRONMENT}.followUp`, 'In an environment: `followUp`'],
  [`${ENVIRONMENT}.budgets`, 'In an environment: `budgets`'],
];

/** Every setting that holds a value, with its whole path. */
export function settingsOf(schema: JsonSchema, path = '', isRequired = false): Setting[] {
  const members = schema.anyOf ?? schema.oneOf;
  if (members !== undefined && !members.every(isSmall)) {
    const inner = members
      .flatMap((member) => settingsOf(member, path))
      .map(members.length > 1 ? asChoice : (one) => one)
      // What is said of the setting itself says more than what is said of all settings of that kind.
      .map((one) => (one.path === path ? { ...one, meaning: schema.description ?? one.meaning } : one));
    return inner.filter(
      (setting, index) => inner.findIndex((other) => other.path === setting.path) === index,
    );
  }
  const { properties, required = [], additionalProperties, items } = schema;
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, value]) =>
      settingsOf(value, path === '' ? name : `${path}.${name}`, required.includes(name)),
    );
  }
  if (typeof additionalProperties === 'object') {
    const name = path.slice(path.lastIndexOf('.') + 1);
    return settingsOf(additionalProperties, `${path}.${CHOSEN[name] ?? 'NAME'}`);
  }
  const own = {
    path,
    type: typeName(schema),
    default: defaultOf(schema, isRequired),
    meaning: schema.description ?? '',
  };
  return items?.properties === undefined ? [own] : [own, ...settingsOf(items, `${path}[]`)];
}

/** What tells the members of a union apart is required in each, but only one of them is. */
function asChoice(setting: Setting): Setting {
  return setting.default === REQUIRED ? { ...setting, default: '**one of these**' } : setting;
}

/** `{ env: … }` or `{ file: … }`, or a plain string: better said in one row. */
function isSmall({ properties, type, anyOf }: JsonSchema): boolean {
  if (anyOf !== undefined) return anyOf.every(isSmall);
  return type === 'string' || (properties !== undefined && Object.keys(properties).length <= 2);
}

function typeName(schema: JsonSchema): string {
  const { type, enum: values, const: only, items, properties } = schema;
  const members = schema.anyOf ?? schema.oneOf;
  if (members !== undefined) return members.map(typeName).join(' or ');
  if (properties !== undefined) {
    const inner = Object.entries(properties).map(
      ([name, value]) => `${name}: ${value.const === undefined ? '…' : String(value.const)}`,
    );
    return `\`{ ${inner.join(', ')} }\``;
  }
  if (only !== undefined) return `\`${String(only)}\``;
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (type === 'array')
    return items?.properties === undefined
      ? `list of ${items?.type === 'string' ? 'strings' : plainType(items)}`
      : 'list';
  return plainType(schema);
}

function plainType(schema: JsonSchema | undefined): string {
  if (schema === undefined) return 'values';
  if (schema.type === 'boolean') return '`true` or `false`';
  return schema.anyOf === undefined && schema.oneOf === undefined ? (schema.type ?? 'any') : typeName(schema);
}

function defaultOf(schema: JsonSchema, isRequired: boolean): string {
  if (isRequired) return REQUIRED;
  return schema.default === undefined ? '–' : `\`${JSON.stringify(schema.default)}\``;
}

/** Markdown: a section with a table for each part of the file. */
export function referenceText(schema: JsonSchema): string {
  const settings = settingsOf(schema);
  return SECTIONS.map(([prefix, title]) => {
    const own = settings.filter(({ path }) => sectionOf(path) === prefix);
    const name = (path: string) => path.slice(prefix === '' ? 0 : prefix.length + 1);
    const rows = own.map(
      (setting) =>
        `| \`${name(setting.path)}\` | ${setting.type} | ${setting.default.replaceAll('|', '\\|')} | ${setting.meaning} |`,
    );
    const purpose = schemaAt(schema, prefix)?.description;
    return [
      `## ${title}`,
      '',
      ...(purpose === undefined ? [] : [purpose, '']),
      '| setting | type | default | meaning |',
      '|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  }).join('\n');
}

function sectionOf(path: string): string {
  const fitting = SECTIONS.map(([prefix]) => prefix).filter(
    (prefix) => prefix === '' || path.startsWith(`${prefix}.`),
  );
  return fitting.reduce((longest, prefix) => (prefix.length > longest.length ? prefix : longest), '');
}

function schemaAt(schema: JsonSchema | undefined, path: string): JsonSchema | undefined {
  if (path === '' || schema === undefined) return schema;
  const [first = '', ...rest] = path.split('.');
  const { properties = {}, additionalProperties, oneOf } = schema;
  if (oneOf !== undefined) return schemaAt(oneOf[0], path);
  const inner = typeof additionalProperties === 'object' ? additionalProperties : properties[first];
  return schemaAt(inner, rest.join('.'));
}

const START = '<!-- What follows is written by `npm run build` from the schema. -->\n';

/** The page, with its tables replaced; what stands above them is written by hand. */
export function withReference(page: string, schema: JsonSchema): string {
  const at = page.indexOf(START);
  if (at < 0) throw new Error(`docs/configuration.md lacks the line ${START.trim()}`);
  return `${page.slice(0, at)}${START}\n${referenceText(schema)}`;
}
