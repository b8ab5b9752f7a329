/** Target C1: two colours behind an nginx upstream, on this machine or over SSH. */
import type { Observation } from '../../../src/domain/plan.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { TargetDriver } from '../driver.ts';
import { applicationCommands, restartApplication, stopApplication } from './application.ts';
import { FREEZE, parseFreeze } from '../freeze.ts';
import { checkReadiness } from './check.ts';
import { chooseColours } from './choice.ts';
import { captureBefore, captureLogs } from './evidence.ts';
import { holdRequests, liftRequests, passHeaders, readFreeze, refuseFrozen } from './freeze.ts';
import { hold, readMarker } from './hold.ts';
import { readLive } from './observe.ts';
import { plannedSteps } from './plan.ts';
import { markLogs } from '../../verification/log-errors.ts';
import { createPorts } from './ports.ts';
import type { PortParts, Ports } from './ports.ts';
import { claim, planRecovery, reviveApplication } from './recover.ts';
import { refuseLocked } from './refuse-locked.ts';
import { beginChange, readPartial, readServing } from './serving.ts';
import { logFiles, prove, shiftTraffic } from './shift.ts';
import { startPrevious } from './start.ts';
import { stopFaulty } from './stop.ts';

export function createNginxBlueGreen(parts: PortParts): TargetDriver {
  const ports = createPorts(parts);
  return {
    plan: async (request, context) => {
      const [live] = await Promise.all([readLive(ports, context.signal), ports.reading.nginx.dump()]);
      await refuseLocked(ports, live.state.lock, context);
      refuseFrozen(parseFreeze(live.state.records[FREEZE]), request.dataCorruption);
      const { from, to, continues, warnings } = await chooseColours(ports, live, {
        kind: context.kind,
        request,
      });
      return {
        target: describeTarget(ports),
        from: { name: from.name, version: from.version },
        to: { name: to.name, version: to.version },
        observed: live.observation,
        steps: plannedSteps({
          target: ports.settings,
          budgets: ports.environment.budgets,
          from,
          to,
          siteChanges: ports.nginx.shifted(live.site, to.name).changes,
          nginxCommands: ports.nginx.describe(),
          processCommands: {
            start: ports.process(to.name).describe().start,
            stop: ports.process(from.name).describe().stop,
          },
        }),
        warnings,
        continues,
        ...(live.marker === null ? {} : { last: live.marker }),
        ...(context.kind === 'full' ? { application: await applicationCommands(ports, to.name) } : {}),
      };
    },
    observe: (signal): Promise<Observation> => readLive(ports, signal).then(({ observation }) => observation),
    age: (release) => ports.process(release).age(),
    captureBefore: (context, sink) => captureBefore(ports, context, sink),
    startPrevious: (context) => startPrevious(ports, context),
    shiftTraffic: (context) => shiftTraffic(ports, context),
    markLogs: async (context) => {
      const logMarks = await markLogs(ports.host, logFiles(ports.colour(context.to.name)), context.signal);
      await hold(ports, context, { step: 'mark-logs', phase: 'shifted', logMarks });
    },
    captureLogs: (context, sink) => captureLogs(ports, context, sink),
    stopFaulty: (context) => stopFaulty(ports, context),
    stopApplication: (context) => stopApplication(ports, context),
    restartApplication: (context) => restartApplication(ports, context),
    holdRequests: (context) => holdRequests(ports, context),
    liftRequests: (context) => liftRequests(ports, context),
    planRecovery: (wanted, context) => planRecovery(ports, wanted, context),
    reviveApplication: (context) => reviveApplication(ports, context),
    serving: (context) => readServing(ports, context),
    beginChange: (context, step) => beginChange(ports, context, step),
    processIds: async (release) => (await ports.process(release).inspect()).pids,
    partialRecord: () => readPartial(ports),
    claim: (context, step) => claim(ports, context, step),
    describe: () => describeTarget(ports),
    release: async (context, outcome) => {
      const marker = await readMarker(ports);
      // A rollback that never touched the target leaves no trace of itself on it.
      const trace = marker?.owner === context.rollback.workflowId ? { phase: 'ended' as const, outcome } : {};
      const logMarks = marker?.logMarks ?? [];
      const held = await hold(ports, context, { step: 'release', logMarks, ...trace });
      await ports.lock.release(held.guard);
    },
    verificationTargets: async (to) => {
      const colour = ports.colour(to.name);
      const [marker, freeze] = await Promise.all([readMarker(ports), readFreeze(ports)]);
      return {
        release: to,
        releaseUrl: colour.url,
        host: ports.settings.host,
        logFiles: logFiles(colour),
        ...(marker === null ? {} : { logMarks: marker.logMarks }),
        ...(freeze === null ? {} : { passHeaders: passHeaders(freeze) }),
        journalUnits: colour.logs.flatMap((log) => ('journal' in log ? [log.journal] : [])),
      };
    },
    checkTraffic: async (context) => {
      const { why } = await prove(ports, context, { rounds: ROUNDS_OF_LAST_LOOK });
      const { url, answers } = ports.settings.probe;
      const name = `traffic at ${url}`;
      return why === null
        ? {
            name,
            passed: true,
            detail: `${answers} answers in a row came from ${describeRelease(context.to)}`,
          }
        : { name, passed: false, detail: `not all answers come from ${describeRelease(context.to)}: ${why}` };
    },
    check: () => checkReadiness(ports),
  };
}

/** A single lost answer must not fail the verification; a second round must then be clean. */
const ROUNDS_OF_LAST_LOOK = 3;

function describeTarget({ settings, host }: Ports): string {
  return `nginx upstream ${settings.upstream} on ${host.name} (${settings.site})`;
}
