/** Judges one round of metric readings against the limits. Pure; what can't be read is never good. */
import type { MetricsSettings } from '../../src/domain/metrics.ts';
import { milliseconds, percent, perSecond } from './format.ts';
import type { QueryAnswer } from './prometheus-answer.ts';

/** A query as it was asked, and the answer. */
export type Reading = { query: string; answer: QueryAnswer };

/** One reading for each query in the settings. */
export type Readings = {
  requests: Reading;
  errorShare?: Reading;
  p95?: Reading;
  baseline?: Reading;
  uptime?: Reading;
};

/** `hopeless`: asking again won't help, a person must correct the query, address or token. */
export type Judgement = { name: string; state: 'good' | 'bad' | 'hopeless'; detail: string };

export function judgeMetrics(settings: MetricsSettings, readings: Readings): Judgement[] {
  const traffic = judgeTraffic(settings, readings.requests);
  const others = [
    ...judgeErrorShare(settings, readings),
    ...judgeP95(settings, readings),
    ...judgeUptime(settings, readings),
  ];
  return [traffic, ...(traffic.state === 'good' ? others : others.map(doubt))];
}

/** What looks good on too little traffic is not known to be good. */
function doubt(judgement: Judgement): Judgement {
  if (judgement.state !== 'good') return judgement;
  return {
    ...judgement,
    state: 'bad',
    detail: `${judgement.detail} But that is too little traffic to judge by.`,
  };
}

function judgeTraffic(settings: MetricsSettings, reading: Reading): Judgement {
  const name = 'traffic';
  return judgeNumber(name, reading, (rate) => ({
    name,
    state: rate >= settings.minRequestsPerSecond ? 'good' : 'bad',
    detail: `${perSecond(rate)} seen, at least ${perSecond(settings.minRequestsPerSecond)} needed.`,
  }));
}

function judgeErrorShare({ errorShare }: MetricsSettings, readings: Readings): Judgement[] {
  const reading = readings.errorShare;
  if (!errorShare || !reading) return [];
  const name = '5xx share';
  const judged = judgeShare(name, reading, (share) => ({
    name,
    state: share < errorShare.below ? 'good' : 'bad',
    detail: `${percent(share)} seen, below ${percent(errorShare.below)} allowed.`,
  }));
  if (reading.answer.kind !== 'no-data') return [judged];
  const hint = 'Where no error has happened yet, a share is empty unless the errors have "or vector(0)".';
  return [{ ...judged, detail: `${judged.detail} ${hint}` }];
}

function judgeP95({ p95 }: MetricsSettings, readings: Readings): Judgement[] {
  const reading = readings.p95;
  if (!p95 || !reading) return [];
  const name = 'p95';
  const against = (limit: number, basis: string) =>
    judgeNumber(name, reading, (value) => ({
      name,
      state: value < limit ? 'good' : 'bad',
      detail: `${milliseconds(value)} seen, below ${milliseconds(limit)} allowed${basis}.`,
    }));
  const { baseline } = p95;
  if (!baseline || !readings.baseline) return [against(p95.belowSeconds, '')];
  return [
    judgeNumber('p95 baseline', readings.baseline, (normal) =>
      against(normal * baseline.factor, ` (${baseline.factor} × the baseline of ${milliseconds(normal)})`),
    ),
  ];
}

function judgeUptime({ uptime }: MetricsSettings, readings: Readings): Judgement[] {
  const reading = readings.uptime;
  if (!uptime || !reading) return [];
  const name = 'uptime';
  return [
    judgeShare(name, reading, (share) => ({
      name,
      state: share > uptime.above ? 'good' : 'bad',
      detail: `${percent(share)} seen, above ${percent(uptime.above)} needed.`,
    })),
  ];
}

/** A share outside 0 to 1 is some other number, most often a rate. */
function judgeShare(name: string, reading: Reading, judge: (share: number) => Judgement): Judgement {
  return judgeNumber(name, reading, (value) => {
    // Adding up rates leaves a rounding error in the last digits.
    if (value >= 0 && value <= 1.000001) return judge(value);
    const detail = `${value} seen, which is no share between 0 and 1: divide by all requests. Query: ${reading.query}`;
    return { name, state: 'bad', detail };
  });
}

function judgeNumber(
  name: string,
  { query, answer }: Reading,
  judge: (value: number) => Judgement,
): Judgement {
  switch (answer.kind) {
    case 'value':
      return judge(answer.value);
    case 'no-data':
      return { name, state: 'bad', detail: `No data: ${answer.why}. Query: ${query}` };
    case 'partial':
      return {
        name,
        state: 'bad',
        detail: `Partial data: Prometheus warns of "${answer.why}". Query: ${query}`,
      };
    case 'unavailable':
      return { name, state: 'bad', detail: `No data: Prometheus can't be asked: ${answer.why}.` };
    case 'refused':
      return {
        name,
        state: 'hopeless',
        detail: `No data: Prometheus can't be asked so: ${answer.why}. Query: ${query}`,
      };
  }
}
