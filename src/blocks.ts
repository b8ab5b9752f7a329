/** Blocked versions for the command line: questions to Temporal, and changes that need no worker. */
export { askBlock, listBlocks } from '../activities/blocks/ask.ts';
export { liftBlock, startBlock } from '../activities/blocks/lift.ts';
