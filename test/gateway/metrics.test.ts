/** The worker's metrics, and the dashboard that shows them: it asks for nothing that is not exported. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measured, toldBy } from '../../src/gateway/measured.ts';
import { createMetrics } from '../../src/gateway/metrics.ts';
import type { Tried } from '../../src/gateway/metrics.ts';
import { at, makePlan, makeRecord } from '../support/records.ts';

type Exported = Map<string, Set<string>>;

/** Each time series' name, with the labels that it has. */
function seriesIn(text: string): Exported {
  const series: Exported = new Map();
  for (const [, name = '', labels = ''] of text.matchAll(/^(backout_\w+)\{(.*)\} \S+$/gm))
    series.set(name, new Set([...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)));
  return series;
}

/** Metrics in which everything has happened once. */
async function everything(): Promise<string> {
  const metrics = createMetrics();
  const { status } = makeRecord();
  metrics.ended(makePlan({ severity: 'P1' }), {
    outcome: 'rolled-back',
    trafficSafeAt: at(2),
    rollback: { ...status, requestedBy: 'anna', startedAt: at(0) },
  });
  metrics.tried({ step: 'shiftTraffic', seconds: 0.3, failure: null, told: null });
  metrics.tried({
    step: 'sendPage',
    seconds: 2,
    failure: 'MessageNotSent',
    told: { kind: 'page', channel: 'pagerduty' },
  });
  return await metrics.text();
}

describe('the metrics of a worker', () => {
  it('count what has ended, how quick, in time or not, and each try of each step', async () => {
    const text = await everything();
    const { service } = makePlan({});
    const of = `service="${service}",environment="production",kind="traffic-only"`;
    for (const line of [
      `backout_rollbacks_ended_total{${of},outcome="rolled-back"} 1`,
      `backout_seconds_to_traffic_safe_sum{${of}} 2`,
      `backout_deadlines_total{${of},severity="P1",kept="true"} 1`,
      'backout_step_seconds_sum{step="shiftTraffic",result="done"} 0.3',
      'backout_step_seconds_count{step="sendPage",result="failed"} 1',
      'backout_step_failures_total{step="sendPage",type="MessageNotSent"} 1',
      'backout_messages_total{kind="page",channel="pagerduty",result="failed"} 1',
    ])
      expect(text.split('\n')).toContain(line);
  });

  it('do not judge a deadline where traffic was never safe', async () => {
    const metrics = createMetrics();
    const rollback = { workflowId: 'w', runId: 'r', requestedBy: 'anna', startedAt: at(0) };
    metrics.ended(makePlan({}), { outcome: 'aborted', trafficSafeAt: null, rollback });
    const series = seriesIn(await metrics.text());
    expect(series.has('backout_deadlines_total')).toBe(false);
    expect(series.has('backout_rollbacks_ended_total')).toBe(true);
  });
});

describe('a measured activity', () => {
  async function execute(step: string, perform: () => Promise<unknown>, input: unknown = {}) {
    const tried: Tried[] = [];
    const { inbound } = measured({ tried: (one) => void tried.push(one) })({
      info: { activityType: step },
    } as Parameters<ReturnType<typeof measured>>[0]);
    const ended = await inbound?.execute?.({ args: [input], headers: {} }, perform).then(
      (result: unknown) => ({ result }),
      (error: unknown) => ({ error }),
    );
    return { ended, tried };
  }

  it('gives what it gave before', async () => {
    const { ended, tried } = await execute('shiftTraffic', async () => 'moved');
    expect(ended).toEqual({ result: 'moved' });
    expect(tried).toEqual([{ step: 'shiftTraffic', seconds: expect.any(Number), failure: null, told: null }]);
  });

  it('throws what it threw before, and that is counted by its type', async () => {
    const failure = Object.assign(new Error('down'), { type: 'HostUnreachable' });
    const { ended, tried } = await execute('shiftTraffic', () => Promise.reject(failure));
    expect(ended).toEqual({ error: failure });
    expect(tried.map(({ failure: type }) => type)).toEqual(['HostUnreachable']);
    const other = await execute('shiftTraffic', () => Promise.reject(new TypeError('a bug')));
    expect(other.tried.map(({ failure: type }) => type)).toEqual(['TypeError']);
  });

  it.each([
    ['announce', { channel: 'incidents' }, { kind: 'announcement', channel: 'incidents' }],
    ['sendPage', { channel: { kind: 'pagerduty', key: {} } }, { kind: 'page', channel: 'pagerduty' }],
    ['sendEvent', { event: {} }, { kind: 'event', channel: 'cdevents' }],
    ['stopFaulty', { plan: {} }, null],
    ['announce', null, { kind: 'announcement', channel: 'unknown' }],
  ])('of %s with %j tells whom it told', (step, input, told) => {
    expect(toldBy(step, input)).toEqual(told);
  });
});

describe('the Grafana dashboard', () => {
  type Dashboard = {
    title: string;
    uid: string;
    panels: {
      id: number;
      title: string;
      description: string;
      targets: { expr: string; legendFormat: string }[];
    }[];
    templating: { list: { name: string; query: string | { query: string } }[] };
  };
  const dashboard = JSON.parse(readFileSync('docs/grafana/backout.json', 'utf8')) as Dashboard;
  const targets = dashboard.panels.flatMap((panel) => panel.targets);
  const variable = dashboard.templating.list.find(({ name }) => name === 'service')?.query;
  const queries = [...targets.map(({ expr }) => expr), typeof variable === 'object' ? variable.query : ''];

  it('asks for nothing but what a worker exports, with labels that it has', async () => {
    const series = seriesIn(await everything());
    const asked = new Set<string>();
    for (const query of queries) {
      const [name = '', ...others] = [
        ...new Set([...query.matchAll(/backout_\w+/g)].map(([found]) => found)),
      ];
      expect(others).toEqual([]);
      asked.add(name.replace(/_(bucket|sum|count)$/, ''));
      const labels = series.get(name);
      expect(labels, name).toBeDefined();
      const used = [
        ...[...query.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, label = '']) => label),
        ...[...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)),
        ...[...query.matchAll(/label_values\(\w+, (\w+)\)/g)].map(([, label = '']) => label),
      ];
      expect(used.filter((label) => labels?.has(label) !== true)).toEqual([]);
    }
    // And shows all that there is.
    const all = [...series.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect([...asked].toSorted()).toEqual([...new Set(all)].toSorted());
  });

  it('names in its legends only what its queries group by', () => {
    for (const { expr, legendFormat } of targets) {
      const groups = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      expect(named.filter((label) => !groups.includes(label))).toEqual([]);
    }
  });

  it('has a name, and panels that say what they show', () => {
    expect([dashboard.title, dashboard.uid]).toEqual(['Backout: rollbacks', 'backout']);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, description } of dashboard.panels) expect([title, description]).not.toContain('');
  });
});
