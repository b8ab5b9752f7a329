/** Where Temporal is: the part of backout.yaml under `temporal`. */
import * as z from 'zod';
import { ADDRESS, DEFAULTS } from './temporal.ts';

export const temporalFileSchema = z
  .strictObject({
    address: z
      .string()
      .regex(ADDRESS, 'must be host:port, such as temporal.example.net:7233')
      .optional()
      .describe(
        `host:port of the Temporal frontend. Default: TEMPORAL_ADDRESS, else the profile, else ${DEFAULTS.address}.`,
      ),
    namespace: z
      .string()
      .min(1)
      .optional()
      .describe(
        `The Temporal namespace. Default: TEMPORAL_NAMESPACE, else the profile, else ${DEFAULTS.namespace}.`,
      ),
    profile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A profile of the `temporal` CLI (temporal.toml): address, namespace, TLS, API key. Default: TEMPORAL_PROFILE, else `default`.',
      ),
    taskQueue: z
      .string()
      .min(1)
      .default(DEFAULTS.taskQueue)
      .describe('The main task queue: where rollbacks are started, and where workers wait for them.'),
  })
  .describe(
    'Where Temporal is. TLS and API keys come from the environment or the profile, never from this file.',
  )
  .prefault({});
