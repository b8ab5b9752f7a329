import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../../src/config/json-schema.ts';
import type { JsonSchema } from '../../src/config/json-schema.ts';
import { checkConfig, loadConfig } from '../../src/config/load.ts';
import { configTemplate } from '../../src/config/template.ts';
import { newFolder, writeConfig } from './support.ts';

const TEMPLATE = configTemplate('./backout.schema.json');
/** Every `#setting` switched on. */
const ALL_ON = TEMPLATE.replace(/^(\s*)#(?! )/gm, '$1');

/** With the folder of templates that it names. */
function allOn(): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'templates'));
  return writeConfig(ALL_ON, folder);
}

describe('the file that `backout init` writes', () => {
  it('is valid as it stands, but for the values to fill in', async () => {
    const config = await loadConfig({ path: writeConfig(TEMPLATE), env: {} });
    expect(Object.keys(config.services)).toEqual(['listings']);
    expect(config.services['listings']?.environments['production']?.target.host).toBe('web-1');
  });

  it('is valid with every setting switched on', async () => {
    const config = await loadConfig({ path: allOn(), env: {}, secrets: false });
    expect(config.services['listings']?.environments['production']?.verify.metrics?.uptime?.above).toBe(0.99);
  });

  it('shows defaults that are the defaults', async () => {
    const asItStands = await loadConfig({ path: writeConfig(TEMPLATE), env: {} });
    const { budgets } = (await loadConfig({ path: allOn(), env: {}, secrets: false })).services['listings']!
      .environments['production']!;
    expect(budgets).toEqual(asItStands.services['listings']!.environments['production']!.budgets);
  });

  it('asks with marks for what must be changed, and for the versions that it leaves off', async () => {
    const { warnings } = await checkConfig({ path: writeConfig(TEMPLATE), env: {} });
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^\d\d lines are still marked <-- as an example; /) as string,
      expect.stringMatching(/^nothing tells the version of blue and green, /) as string,
    ]);
  });

  it('points editors at its JSON Schema in its first line', () => {
    expect(TEMPLATE.split('\n')[0]).toBe('# yaml-language-server: $schema=./backout.schema.json');
  });

  it('names every setting there is', () => {
    const missing = settingNames(jsonSchema()).filter(
      (name) => !new RegExp(`\\b${name}: `).test(TEMPLATE.replaceAll('\n', ' \n')),
    );
    expect(missing).toEqual([]);
  });
});

function settingNames(schema: JsonSchema): string[] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = schema;
  const inner = [...Object.values(properties), ...anyOf, ...oneOf, ...(items ? [items] : [])];
  if (typeof additionalProperties === 'object') inner.push(additionalProperties);
  return [...new Set([...Object.keys(properties), ...inner.flatMap(settingNames)])];
}
