/** The PostgreSQL database of a service: where it is, where its backups are, how it is restored (requirements D1–D6). */
import * as z from 'zod';
import { nameSchema } from './request.ts';
import { secretSchema } from './secret.ts';

const absolutePath = z.string().regex(/^\/[^\0\r\n]*$/, 'must be an absolute path');
const word = z.string().regex(/^[^\s-]\S*$/, 'must be one word that does not start with a dash');

/** PostgreSQL cuts longer names off silently, and two names would then mean one thing. */
const identifier = z
  .string()
  .min(1)
  .refine((name) => new TextEncoder().encode(name).length <= 63, 'must have at most 63 bytes')
  // eslint-disable-next-line no-control-regex -- no command line and no report could show them
  .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), 'must hold no control character');

export const podSchema = z
  .strictObject({
    namespace: word.default('default').describe('The Kubernetes namespace.'),
    name: word.optional().describe('The pod, or `statefulset/NAME`.'),
    selector: word.optional().describe('Labels that exactly one running pod has: app=postgres,role=primary'),
    container: word.optional().describe("Default: the pod's default container."),
    context: word.optional().describe('The kubectl context. Default: the current one.'),
  })
  .refine((pod) => (pod.name === undefined) !== (pod.selector === undefined), {
    path: ['name'],
    message: 'name the pod either by `name` or by `selector`',
  });
export type PodSettings = z.infer<typeof podSchema>;

export const connectionSchema = z
  .strictObject({
    socket: absolutePath.optional().describe('The folder of the Unix socket, such as /var/run/postgresql.'),
    address: word
      .optional()
      .describe(
        'Host name or address. Without it and without `socket`, the programs use their built-in socket.',
      ),
    port: z.int().min(1).max(65535).default(5432).describe('Also names the socket.'),
    user: identifier
      .default('postgres')
      .describe('The database role. It must be a superuser, or own the database and have CREATEDB.'),
    password: secretSchema.optional(),
    maintenanceDatabase: identifier
      .default('postgres')
      .describe('Where to connect for what concerns whole databases.'),
    sslMode: z
      .enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'])
      .optional()
      .describe('As libpq has it. Default: `prefer`.'),
    sslRootCertificate: absolutePath
      .optional()
      .describe("The certificate authority's file, for verify-ca and verify-full."),
  })
  .refine((connection) => connection.socket === undefined || connection.address === undefined, {
    path: ['address'],
    message: 'is reached either by `socket` or by `address`',
  })
  .prefault({});

export const backupsSchema = z.strictObject({
  folder: absolutePath.describe('The folder that holds the backups.'),
  pattern: z
    .string()
    .min(1)
    .default('*')
    .describe('Only file names that match this glob are looked at: listings-*.sql.gz'),
  where: z
    .enum(['host', 'database'])
    .default('host')
    .describe(
      "Whose folder: the host's, or (for a container or pod) the one seen inside it, where the database runs.",
    ),
});
export type BackupSettings = z.infer<typeof backupsSchema>;

export const restoreCheckSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('What it proves, for people.'),
  sql: z.string().min(1).describe('One SELECT. The first column of its first row is looked at.'),
  expect: z.string().describe('What that must be, as text.'),
});
export type RestoreCheck = z.infer<typeof restoreCheckSchema>;

export const restoreSchema = z
  .strictObject({
    strategy: z
      .enum(['swap', 'in-place'])
      .default('swap')
      .describe(
        '`swap`: restored beside the live database, then renamed. `in-place`: the application is stopped meanwhile; for where no second copy fits.',
      ),
    jobs: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'Restore with so many connections, where the format allows. Default: as many as the cores that PostgreSQL has, from 2 to 8.',
      ),
    keepOldDays: z
      .int()
      .min(0)
      .max(365)
      .default(7)
      .describe('The replaced database is kept this long under a dated name.'),
    restartApplication: z
      .boolean()
      .default(true)
      .describe(
        'Restart the release returned to once the database is restored: what it remembers of the one before is wrong. `false` where it keeps nothing in memory and connects again by itself.',
      ),
    healthPath: z
      .string()
      .startsWith('/', 'must start with /')
      .optional()
      .describe(
        'Path of the release itself that is healthy only when it reaches its database: /health/db. In a full rollback it is verified with those under `verify`.',
      ),
    checks: z
      .array(restoreCheckSchema)
      .default([])
      .describe('What must hold in the restored database before it goes live.'),
  })
  .prefault({});
export type RestoreSettings = z.infer<typeof restoreSchema>;

const readiness = {
  readyWithinSeconds: z
    .number()
    .positive()
    .default(60)
    .describe('It must answer within this time. After a crash PostgreSQL first reads its log again.'),
};

export const databaseServerSchema = z
  .union([
    z.strictObject({
      systemd: z
        .string()
        .regex(/^[A-Za-z0-9:_.@\\-]+$/, 'must be the name of a systemd unit')
        .describe(
          'The unit: postgresql@15-main.service. Not `postgresql.service` of Debian, which always succeeds.',
        ),
      user: z.boolean().default(false).describe("A unit of the user's own manager (`systemctl --user`)."),
      ...readiness,
    }),
    z.strictObject({ container: word.describe('The container, started by `docker start`.'), ...readiness }),
    z.strictObject({
      start: z
        .array(z.string())
        .min(1)
        .describe(
          'A program and its arguments; no shell is involved. It must return: [pg_ctlcluster, "15", main, start].',
        ),
      ...readiness,
    }),
  ])
  .describe(
    'How PostgreSQL is started on its `host` when it does not answer. Default: `docker start` of `container`.',
  );
export type DatabaseServer = z.infer<typeof databaseServerSchema>;

export const newerRowsSchema = z.strictObject({
  table: z.string().min(1).describe('A table, with its schema where it is not on the search path.'),
  column: identifier.describe('Its timestamp column: when a row came.'),
});

export const databaseSchema = z
  .strictObject({
    name: identifier.describe('The database.'),
    host: nameSchema
      .default('local')
      .describe("A name under `hosts`, or `local` for the worker's own machine."),
    container: word
      .optional()
      .describe('The container that PostgreSQL runs in: commands go through `docker exec`.'),
    pod: podSchema.optional().describe('The pod it runs in: commands go through `kubectl exec`.'),
    systemUser: word
      .optional()
      .describe('Run the programs as this user of the system (`sudo -n -u`), for peer authentication.'),
    programs: absolutePath
      .optional()
      .describe('The folder of psql, pg_dump and pg_restore, where they are not on the PATH.'),
    connection: connectionSchema,
    server: databaseServerSchema.optional(),
    backups: backupsSchema,
    restore: restoreSchema,
    newerRows: z
      .array(newerRowsSchema)
      .default([])
      .describe('Tables whose rows newer than the backup are counted: what a restore would lose.'),
  })
  .superRefine((database, context) => {
    const { container, pod, backups, systemUser } = database;
    if (container !== undefined && pod !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['pod'],
        message: 'is either in a `container` or in a `pod`',
      });
    }
    if (backups.where === 'database' && container === undefined && pod === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['backups', 'where'],
        message: 'can be `database` only with a `container` or `pod`',
      });
    }
    if (pod !== undefined && systemUser !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['systemUser'],
        message: 'can not be chosen in a pod: kubectl exec runs everything as the user of its container',
      });
    }
  })
  .describe('The PostgreSQL database that a full rollback restores.');
export type DatabaseSettings = z.infer<typeof databaseSchema>;
/** What a person may write. */
export type DatabaseSettingsInput = z.input<typeof databaseSchema>;

/** How its server is started, or null where nothing says so. */
export function serverOf({ server, container }: DatabaseSettings): DatabaseServer | null {
  if (server !== undefined) return server;
  return container === undefined ? null : { container, readyWithinSeconds: 60 };
}
