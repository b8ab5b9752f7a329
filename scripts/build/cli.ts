/** The command line as ES modules: one small entry, and a chunk for what each command loads on demand. */
import { relative } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

/**
 * A client of Temporal is bundled: as one file it loads in about half the time, and that is most of what
 * `backout status` takes. The worker's side keeps the packages themselves: its SDK finds parts of itself by path,
 * and must share one copy of every class with the activities.
 */
const WORKER_ONLY = [
  '@temporalio/worker',
  '@temporalio/core-bridge',
  '@temporalio/activity',
  '@temporalio/nexus',
];
const SHARED = /^@temporalio\/(client|common|proto|envconfig|workflow)(\/|$)/;
const WORKER_SIDE = /^(activities\/|src\/(worker|local)\.ts$)/;

/** CommonJS packages among them call `require`, and some look for files beside themselves. */
const BANNER = [
  `import { createRequire as backoutCreateRequire } from 'node:module';`,
  `import { fileURLToPath as backoutPath } from 'node:url';`,
  `const require = backoutCreateRequire(import.meta.url);`,
  `const __filename = backoutPath(import.meta.url);`,
  `const __dirname = backoutPath(new URL('.', import.meta.url));`,
].join('\n');

/** Writes main.js and its chunks, all directly into `folder`: what looks for files beside itself finds them there. */
export async function buildCli({ root, folder }: { root: string; folder: string }): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: { main: 'src/cli/main.ts' },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    chunkNames: '[name]-[hash]',
    // Names stay, so that a stack trace can be read; white space goes, since it is parsed at each start.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: BANNER },
    external: WORKER_ONLY,
    plugins: [workerSideKeepsPackages(root)],
    logLevel: 'warning',
  });
}

function workerSideKeepsPackages(root: string): Plugin {
  return {
    name: 'worker-side-keeps-packages',
    setup(build) {
      build.onResolve({ filter: SHARED }, ({ path, importer }) =>
        WORKER_SIDE.test(relative(root, importer)) ? { path, external: true } : undefined,
      );
    },
  };
}
