/** Hosts that Backout runs commands on: the worker's own machine, or another over SSH. */
import * as z from 'zod';

const absolutePath = z.string().regex(/^[/~]/, 'must be an absolute path, or start with ~');

export const sshSchema = z.strictObject({
  address: z
    .string()
    .regex(/^[^\s-][^\s]*$/, 'must be a host name or address')
    .describe('Host name or IP address.'),
  user: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, 'must be a user name')
    .optional()
    .describe('Whom to log in as. Default: the user that the worker runs as.'),
  port: z.int().min(1).max(65535).default(22),
  identityFile: absolutePath.optional().describe('The private key. Default: the SSH agent and the usual files.'),
  knownHostsFile: absolutePath
    .optional()
    .describe("Where the host's key is. Default: ~/.ssh/known_hosts. A host whose key is not there is refused."),
  jump: z
    .string()
    .regex(/^[^\s-][^\s]*$/, 'must be [user@]host[:port]')
    .optional()
    .describe('Go through this host first: [user@]host[:port].'),
  connectTimeoutSeconds: z.int().positive().max(60).default(5),
});
export type SshSettings = z.infer<typeof sshSchema>;

export const hostSchema = z.strictObject({
  ssh: sshSchema.optional().describe("How to reach it. Without this it is the worker's own machine."),
  sudo: z.boolean().default(false).describe('Run every command through `sudo -n`.'),
});
export type HostSettings = z.infer<typeof hostSchema>;
