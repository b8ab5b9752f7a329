/** The one place that knows which kinds of target there are. */
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import { createBlockKnowledge } from '../blocks/known.ts';
import type { Deps } from '../deps.ts';
import type { TargetDriver } from './driver.ts';
import { createNginxBlueGreen } from './nginx-blue-green/index.ts';

/** The driver for one service's environment. */
export function createDriver(
  { hosts, workerHttp, client, lives }: Pick<Deps, 'hosts' | 'workerHttp' | 'client' | 'lives'>,
  { service, environment, config }: { service: string; environment: string; config: ServiceEnvironment },
): TargetDriver {
  const blocks = createBlockKnowledge({ client, lives }, { service, environment });
  const parts = { environment: config, identity: `${service}.${environment}`, hosts, workerHttp, blocks };
  switch (config.target.kind) {
    case 'nginx-blue-green':
      return createNginxBlueGreen({ ...parts, settings: config.target });
  }
}
