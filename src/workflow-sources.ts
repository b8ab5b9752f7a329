/** What the bundle of the workflows is made of, in a checkout. */
import { fileURLToPath } from 'node:url';

const source = (name: string) => fileURLToPath(new URL(`../workflows/${name}.ts`, import.meta.url));

/** For `bundleWorkflowCode`. */
export const WORKFLOW_SOURCES = {
  workflowsPath: source('index'),
  payloadConverterPath: source('payload-converter'),
};
