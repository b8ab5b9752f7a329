/**
 * Profiles of the `temporal` CLI. Loaded only when needed, through here: once bundled, a CommonJS package that is
 * imported on demand has no named exports.
 */
export { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
