/** Which folder may import what, and why. Used by the lint rule and by the test that walks the whole source. */
import { posix } from 'node:path';

export type Import = {
  /** As written in the source. */
  from: string;
  typeOnly: boolean;
};

type Boundary = {
  /** A folder, `folder/*` for each folder in it, or `folder/` for the files right in it. The first that fits counts. */
  of: string;
  /** `node:` stands for all of Node's own modules. */
  packages: string[];
  /** Folders and files of this repository, besides its own folder. */
  paths: string[];
  /** Packages, folders and files of which only types may be imported. */
  types?: string[];
  because: string;
};

const ACTIVITY_PACKAGES = [
  'node:',
  '@temporalio/activity',
  '@temporalio/client',
  'execa',
  'picomatch',
  'shell-quote',
  'zod',
];
const ACTIVITY_TYPES = ['activities/types.ts', 'activities/deps.ts', 'activities/targets/driver.ts'];
const COMPOSES = 'this folder composes systems, but the worker wires it and tools know nothing of it';
const SHARED = 'what all systems share must not know any of them';

export const BOUNDARIES: Boundary[] = [
  {
    of: 'src/domain',
    packages: ['zod'],
    paths: [],
    because: 'the domain is pure: workflows run it again on replay, and tests need nothing but values',
  },
  {
    of: 'workflows',
    packages: ['@temporalio/workflow', '@temporalio/common'],
    paths: ['src/domain'],
    types: ['activities/types.ts'],
    because: 'workflow code is replayed, so it must reach the outside through activities only',
  },
  {
    of: 'src/templates',
    packages: ['liquidjs'],
    paths: ['src/domain'],
    because:
      'what the configuration checks, activities use and the command line shows must know none of them',
  },
  { of: 'activities/commands', packages: ACTIVITY_PACKAGES, paths: ['src/domain'], because: SHARED },
  {
    of: 'activities/http',
    packages: ACTIVITY_PACKAGES,
    paths: ['src/domain', 'activities/commands'],
    because: SHARED,
  },
  {
    of: 'activities/lock',
    packages: ACTIVITY_PACKAGES,
    paths: ['src/domain', 'activities/commands'],
    because: SHARED,
  },
  { of: 'activities/secrets', packages: ACTIVITY_PACKAGES, paths: ['src/domain'], because: SHARED },
  { of: 'activities/temporal', packages: ACTIVITY_PACKAGES, paths: ['src/domain'], because: SHARED },
  { of: 'activities/outbound', packages: ACTIVITY_PACKAGES, paths: ['src/domain'], because: SHARED },
  {
    of: 'activities/slack',
    packages: [...ACTIVITY_PACKAGES, '@slack/web-api'],
    paths: ['src/domain', 'activities/outbound'],
    because: 'announcements and pages both go through Slack, which knows neither of them',
  },
  {
    of: 'activities/mail',
    packages: [...ACTIVITY_PACKAGES, 'nodemailer'],
    paths: ['src/domain', 'activities/outbound', 'activities/secrets'],
    because: 'whatever is sent by mail goes through here, which knows none of it',
  },
  {
    of: 'activities/tickets',
    packages: [...ACTIVITY_PACKAGES, '@octokit/rest'],
    paths: ['src/domain', 'activities/outbound', 'activities/secrets'],
    because: 'a system knows no other system; activities/rollback puts them together',
  },
  {
    of: 'activities/targets',
    packages: ACTIVITY_PACKAGES,
    paths: ['src/domain', 'activities'],
    because: COMPOSES,
  },
  {
    of: 'activities/rollback',
    packages: ACTIVITY_PACKAGES,
    paths: ['src/domain', 'src/templates', 'activities'],
    because: COMPOSES,
  },
  {
    of: 'activities/',
    packages: ACTIVITY_PACKAGES,
    paths: ['src/domain', 'src/templates', 'activities'],
    because: COMPOSES,
  },
  {
    of: 'activities/*',
    packages: ACTIVITY_PACKAGES,
    paths: [
      'src/domain',
      'src/templates',
      'activities/commands',
      'activities/http',
      'activities/lock',
      'activities/mail',
      'activities/outbound',
      'activities/secrets',
      'activities/slack',
      'activities/temporal',
    ],
    types: ACTIVITY_TYPES,
    because: 'a system knows no other system; activities/targets puts them together',
  },
  {
    of: 'src/config',
    packages: ['node:', 'zod', 'yaml', '@temporalio/envconfig'],
    paths: ['src/domain', 'src/templates'],
    types: ['@temporalio/client', '@temporalio/worker'],
    because: 'every command loads the configuration, so it must stay light and know no system',
  },
  {
    of: 'src/cli',
    packages: ['node:', 'commander', 'picocolors', 'yaml', 'zod', '@temporalio/client', '@temporalio/common'],
    paths: [
      'src/backups.ts',
      'src/blocks.ts',
      'src/config',
      'src/domain',
      'src/embedded',
      'src/local.ts',
      'src/logging.ts',
      'src/search-attributes.ts',
      'src/templates',
      'src/worker.ts',
      'workflows/messages.ts',
    ],
    because:
      'commands ask Temporal and never touch a target themselves; src/worker.ts and src/backups.ts wire what does',
  },
  {
    of: 'src/gateway',
    packages: [
      'node:',
      'hono',
      '@hono/node-server',
      'prom-client',
      'zod',
      '@temporalio/client',
      '@temporalio/common',
    ],
    paths: ['src/config', 'src/domain', 'src/logging.ts', 'workflows/messages.ts'],
    types: ['@temporalio/worker'],
    because: 'the gateway asks Temporal and never touches a target itself',
  },
  {
    of: 'src/embedded',
    packages: ['node:', '@temporalio/client'],
    paths: ['src/domain'],
    because: 'a server for one machine needs nothing of Backout',
  },
  {
    of: 'src/',
    packages: ['node:', 'pino', '@temporalio/client', '@temporalio/common', '@temporalio/worker'],
    paths: ['src/config', 'src/domain', 'src/embedded', 'src/gateway', 'src', 'activities'],
    because: 'these files wire the worker; tests and scripts are no part of it',
  },
  {
    of: 'scripts/demo',
    packages: ['node:', 'yaml', '@temporalio/client'],
    paths: ['src/domain', 'src/embedded', 'src/search-attributes.ts', 'workflows/messages.ts'],
    because:
      'the demo is what users run, beside Backout itself; tests and benchmarks build on it, and it on none of them',
  },
];

/** Why `file` (a path from the repository's root) must not have this import; null when it may. */
export function forbidden(file: string, wanted: Import): string | null {
  const boundary = BOUNDARIES.find(({ of }) => fits(of, file));
  if (boundary === undefined) return null;
  const target = wanted.from.startsWith('.') ? posix.join(posix.dirname(file), wanted.from) : wanted.from;
  const own = ownFolder(boundary.of, file);
  const allowed = [
    ...boundary.packages,
    ...boundary.paths,
    ...(own === null ? [] : [own]),
    ...(wanted.typeOnly ? (boundary.types ?? []) : []),
  ];
  if (allowed.some((one) => isWithin(one, target))) return null;
  const what = boundary.types?.some((one) => isWithin(one, target)) ? `a value from ${target}` : target;
  return `${own ?? boundary.of} must not import ${what}: ${boundary.because}`;
}

function fits(of: string, file: string): boolean {
  const depth = file.split('/').length;
  if (of.endsWith('/*')) return file.startsWith(of.slice(0, -1)) && depth > of.split('/').length;
  if (of.endsWith('/')) return file.startsWith(of) && depth === of.split('/').length;
  return file.startsWith(`${of}/`);
}

/** `activities/nginx` for a file under `activities/*`; null for files that have no folder of their own. */
function ownFolder(of: string, file: string): string | null {
  if (of.endsWith('/*')) return file.split('/').slice(0, of.split('/').length).join('/');
  return of.endsWith('/') ? null : of;
}

function isWithin(allowed: string, target: string): boolean {
  if (allowed === 'node:') return target.startsWith('node:');
  return target === allowed || target.startsWith(`${allowed}/`);
}
