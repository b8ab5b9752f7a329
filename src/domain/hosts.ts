/** Hosts that Backout runs commands on: the worker's own machine, or another over SSH. */
import * as z from 'zod';

/** ssh reads paths in its options with quotes and percent signs of its own. */
const path = z
  .string()
  .regex(/^[/~][^"%\r\n]*$/, 'must be an absolute path, or start with ~, and hold no quote or percent sign');

export const sshSchema = z.strictObject({
  address: z
    .string()
    .regex(/^[^\s-][^\s]*$/, 'must be a host name or address')
    .describe('Host name or IP address.'),
  user: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, 'must be a user name')
    .optional()
    .describe(
      'Whom to log in as. The login shell must be a POSIX one. Default: the user that the worker runs as.',
    ),
  port: z.int().min(1).max(65535).optional().describe('Default: 22, or what `configFile` says.'),
  identityFile: path.optional().describe('The private key. Default: the SSH agent and the usual files.'),
  knownHostsFile: path
    .optional()
    .describe(
      "Where the host's key is. Default: ~/.ssh/known_hosts. A host whose key is not there is refused.",
    ),
  jump: z
    .string()
    .regex(/^[^\s%"'-][^\s%"']*$/, 'must be [user@]host[:port]')
    .optional()
    .describe('Go through this host first, with the same key and known hosts: [user@]host[:port].'),
  configFile: path
    .optional()
    .describe(
      'An ssh_config to read, for what has no setting here. Default: none, not even ~/.ssh/config, so that every worker connects alike.',
    ),
  connectTimeoutSeconds: z
    .int()
    .positive()
    .max(60)
    .default(5)
    .describe('For the TCP connection; the login may take as long again.'),
});
export type SshSettings = z.infer<typeof sshSchema>;

export const hostSchema = z.strictObject({
  ssh: sshSchema.optional().describe("How to reach it. Without this it is the worker's own machine."),
  sudo: z.boolean().default(false).describe('Run every command through `sudo -n`.'),
});
export type HostSettings = z.infer<typeof hostSchema>;
