/** Settings of target C1: two colours behind an nginx upstream, on this machine or over SSH. */
import * as z from 'zod';
import { nameSchema } from '../request.ts';
import { processSchema } from '../process.ts';

const absolutePath = z.string().regex(/^\//, 'must be an absolute path');
const url = z.string().regex(/^https?:\/\//, 'must start with http:// or https://');
const argv = z.array(z.string()).min(1);

const logSourceSchema = z.union([
  z.strictObject({ file: absolutePath }),
  z.strictObject({ journal: z.string().min(1).describe('A systemd unit.') }),
]);

const colourSchema = z.strictObject({
  servers: z
    .array(z.string().min(1))
    .min(1)
    .describe("The colour's addresses, as written after `server` in the upstream."),
  identity: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The value of the probe's identity header when this colour answers. Default: the colour's name.",
    ),
  weightHeader: z.string().min(1).optional().describe('Name of its weight header, such as X-Blue-Weight.'),
  url: url.describe('Where the colour itself answers, past nginx, seen from its host: http://127.0.0.1:8080'),
  version: z
    .union([
      z.strictObject({ header: z.string().min(1) }),
      z.strictObject({ path: z.string().startsWith('/'), json: z.string().min(1).optional() }),
      z.strictObject({ file: absolutePath }),
    ])
    .optional()
    .describe(
      'How to learn its version: a response header, a path (with the JSON field), or a file. Strongly advised: without it, a ' +
        "mended release can't be told from the bad one that a rollback took out of the same colour, and the next rollback may " +
        'be refused.',
    ),
  process: processSchema,
  logs: z
    .array(logSourceSchema)
    .default([])
    .describe('Its log files or journal units: kept before it is stopped.'),
});
export type Colour = z.infer<typeof colourSchema>;
export type LogSource = z.infer<typeof logSourceSchema>;

export const nginxBlueGreenSchema = z
  .strictObject({
    kind: z.literal('nginx-blue-green').describe('Two colours behind an nginx upstream.'),
    host: nameSchema
      .default('local')
      .describe("A name under `hosts`, or `local` for the worker's own machine."),
    site: absolutePath.describe(
      'The file that holds the upstream block. A symlink is followed and stays one.',
    ),
    upstream: z.string().min(1).describe('The name of the upstream block.'),
    nginx: z
      .strictObject({
        binary: z.string().min(1).default('nginx').describe('The program, where it is not on the PATH.'),
        config: absolutePath
          .optional()
          .describe('Main configuration file (-c), where it is not the built-in one.'),
        prefix: absolutePath.optional().describe('Prefix (-p), where it is not the built-in one.'),
        reload: argv
          .optional()
          .describe('Default: `nginx -s reload`. For example [systemctl, reload, nginx].'),
        errorLog: absolutePath.optional().describe('Kept as evidence, e.g. /var/log/nginx/error.log.'),
      })
      .prefault({}),
    stateDirectory: absolutePath
      .default('/var/lib/backout')
      .describe('On the host: the lock that keeps two rollbacks apart, and what the last one did.'),
    probe: z
      .strictObject({
        url: url.describe('A URL through nginx, answered by whichever colour serves.'),
        hostHeader: z
          .string()
          .min(1)
          .optional()
          .describe('The Host to ask for, where the URL names a machine.'),
        from: z
          .enum(['host', 'worker'])
          .default('host')
          .describe('Who asks: the target host itself (curl), or the worker.'),
        identityHeader: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Response header that tells which colour answered. Strongly advised: without it the weight headers are the only proof.',
          ),
        answers: z
          .int()
          .min(1)
          .max(200)
          .default(10)
          .describe('Consecutive answers, each on a new connection, that prove the switch.'),
        withinSeconds: z.number().positive().default(10).describe('How long that may take after the reload.'),
      })
      .describe('How the switch is proved.'),
    colours: z.record(nameSchema, colourSchema).describe('Two or more colours, by name.'),
  })
  .superRefine((target, context) => {
    const names = Object.keys(target.colours);
    if (names.length < 2) {
      context.addIssue({ code: 'custom', path: ['colours'], message: 'needs at least two colours' });
    }
    const seen = new Map<string, string>();
    for (const [name, colour] of Object.entries(target.colours)) {
      for (const server of colour.servers) {
        const other = seen.get(server);
        if (other !== undefined) {
          context.addIssue({
            code: 'custom',
            path: ['colours', name, 'servers'],
            message: `${server} already belongs to ${other}`,
          });
        }
        seen.set(server, name);
      }
    }
    const provable =
      target.probe.identityHeader !== undefined ||
      Object.values(target.colours).every((colour) => colour.weightHeader !== undefined);
    if (!provable) {
      context.addIssue({
        code: 'custom',
        path: ['probe', 'identityHeader'],
        message: 'is needed, or a weightHeader for every colour: otherwise nothing proves who answers',
      });
    }
  });
export type NginxBlueGreen = z.infer<typeof nginxBlueGreenSchema>;
