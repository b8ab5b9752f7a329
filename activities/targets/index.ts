/** The one place that knows which kinds of target there are. */
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { Deps } from '../deps.ts';
import type { TargetDriver } from './driver.ts';
import { createNginxBlueGreen } from './nginx-blue-green/index.ts';

/** The driver for one service's environment. */
export function createDriver(
  { hosts, workerHttp }: Pick<Deps, 'hosts' | 'workerHttp'>,
  { service, environment, config }: { service: string; environment: string; config: ServiceEnvironment },
): TargetDriver {
  const parts = { environment: config, identity: `${service}.${environment}`, hosts, workerHttp };
  switch (config.target.kind) {
    case 'nginx-blue-green':
      return createNginxBlueGreen({ ...parts, settings: config.target });
  }
}
