/** The workflows' code, bundled once here instead of at each start of a worker. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Writes the bundle. The same sources give the same bytes, in whatever folder the checkout is. */
export async function buildWorkflows({ root, file }: { root: string; file: string }): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', 'index.ts'),
    payloadConverterPath: join(root, 'workflows', 'payload-converter.ts'),
    logger: new DefaultLogger('WARN', ({ level, message }) => process.stderr.write(`${level} ${message}\n`)),
    webpackConfigHook: (config) => ({
      ...config,
      context: root,
      output: {
        ...config.output,
        filename: 'workflow-bundle.js',
        devtoolModuleFilenameTemplate: '[resource-path]',
      },
    }),
  });
  await writeFile(file, withoutFolder(code, root));
}

const SOURCE_MAP = /(\/\/# sourceMappingURL=data:application\/json;charset=utf-8;base64,)([\w+/=]+)/g;

/** The folder stands in the code, and in the source map within the code. */
export function withoutFolder(code: string, root: string): string {
  return code
    .replace(SOURCE_MAP, (_all, start: string, map: string) => {
      const text = Buffer.from(map, 'base64').toString('utf8').replaceAll(root, '');
      return start + Buffer.from(text).toString('base64');
    })
    .replaceAll(root, '');
}
