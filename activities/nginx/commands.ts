/** nginx's own commands, as argument lists. Pure. */
import { dirname, join } from 'node:path';
import type { NginxBlueGreen } from '../../src/domain/targets/nginx-blue-green.ts';

export type NginxSettings = NginxBlueGreen['nginx'];

const nginx = ({ binary, config, prefix }: NginxSettings, ...args: string[]) => [
  binary,
  ...(prefix === undefined ? [] : ['-p', prefix]),
  ...(config === undefined ? [] : ['-c', config]),
  ...args,
];

/** Tests the whole configuration. */
export const testCommand = (settings: NginxSettings) => nginx(settings, '-t');
/** Tests it and prints every file of it. */
export const dumpCommand = (settings: NginxSettings) => nginx(settings, '-T', '-q');
/** Makes nginx read its configuration. That it exits 0 proves nothing: the answers do. */
export const reloadCommand = (settings: NginxSettings) => settings.reload ?? nginx(settings, '-s', 'reload');

/** Where a configuration is tested beside the main one: relative paths in it mean the same there. */
export const besidePath = (mainConfig: string) => join(dirname(mainConfig), '.backout-test.conf');

/** The arguments that the scripts have in common. */
export const scriptArguments = (file: string, { binary, config, prefix }: NginxSettings) => [
  file,
  binary,
  config ?? '',
  prefix ?? '',
];
