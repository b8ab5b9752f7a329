/** What a step's result carries besides the driver's proof. */
import { expect, test } from 'vitest';
import type { EvidenceSink } from '../../../activities/incident/folder.ts';
import { asResult, remembering } from '../../../activities/rollback/steps.ts';
import { evidence } from '../../support/records.ts';

const PROOF = { outcome: 'already', proof: 'green ran no more', details: ['pid 997 is gone'] } as const;
const proof = { ...PROOF, details: [...PROOF.details] };
const provedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

const sink: EvidenceSink = {
  folder: '/incidents/rollback-20261121-041500',
  path: (name) => `/beside/${name}`,
  write: async (name) => evidence(name),
  add: async (name, options) =>
    options?.gzip
      ? { ...evidence(`${name}.gz`), note: options.note ?? 'packed' }
      : Promise.reject(new Error('no')),
};

test('a step without evidence is its proof and the time', () => {
  expect(asResult(proof)).toEqual({ ...PROOF, provedAt });
});

test('a step with evidence names the folder and all that it wrote, in the order in which it was whole', async () => {
  const kept = remembering(sink);
  expect(kept.path('x')).toBe('/beside/x');
  expect(await kept.write('state-before.json', '{}')).toEqual(evidence('state-before.json'));
  await kept.add('green.log', { gzip: true, note: 'the end of it' });
  await expect(kept.add('never.log')).rejects.toThrow('no');
  expect(asResult(proof, kept)).toEqual({
    ...PROOF,
    provedAt,
    incidentFolder: '/incidents/rollback-20261121-041500',
    evidence: [evidence('state-before.json'), { ...evidence('green.log.gz'), note: 'the end of it' }],
  });
});
