/** How the process of a release is stopped and started. */
import * as z from 'zod';

const argv = z.array(z.string()).min(1).describe('A program and its arguments; no shell is involved.');
const common = {
  stopTimeoutSeconds: z
    .number()
    .positive()
    .default(30)
    .describe('After SIGTERM the process may take this long; then it gets SIGKILL.'),
};
const absolutePath = z.string().regex(/^\//, 'must be an absolute path');

export const systemdProcessSchema = z.strictObject({
  systemd: z
    .string()
    .regex(/^[A-Za-z0-9:_.@\\-]+$/, 'must be the name of a systemd unit')
    .describe('The unit, e.g. listings-green.service.'),
  user: z.boolean().default(false).describe("A unit of the user's own manager (`systemctl --user`)."),
  ...common,
});

export const pidFileProcessSchema = z.strictObject({
  pidFile: absolutePath.describe('The file that holds the process ID.'),
  start: argv.optional().describe('Starts it. Must return, or be happy to run in the background.'),
  cwd: absolutePath.optional().describe('The folder that it is started in.'),
  ...common,
});

export const matchedProcessSchema = z.strictObject({
  match: z
    .string()
    .min(3)
    .describe('Extended regular expression on the whole command line. Every process that matches is meant.'),
  start: argv.optional(),
  cwd: absolutePath.optional().describe('The folder that it is started in.'),
  ...common,
});

export const processSchema = z
  .union([systemdProcessSchema, pidFileProcessSchema, matchedProcessSchema])
  .describe('The process: a systemd unit, a pid file, or a match of its command line.');
export type ProcessSettings = z.infer<typeof processSchema>;
