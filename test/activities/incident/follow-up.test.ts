import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFollowUp } from '../../../activities/incident/follow-up.ts';
import { openIncident } from '../../../activities/incident/open.ts';
import { writeReport } from '../../../activities/incident/report.ts';
import { DEFAULT_FOLLOW_UP } from '../../../src/domain/follow-up/settings.ts';
import { firstState } from '../../../src/domain/follow-up/state.ts';
import { FOLLOW_UP_FORMAT } from '../../../src/domain/follow-up/status.ts';
import type { FollowUpStatus } from '../../../src/domain/follow-up/status.ts';
import { AFTER, at, makeRecord } from '../../support/records.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'backout-follow-up-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const record = makeRecord();
const { items, watch } = firstState(record, DEFAULT_FOLLOW_UP, at(60));
const status = (change: Partial<FollowUpStatus> = {}): FollowUpStatus => ({
  format: FOLLOW_UP_FORMAT,
  workflowId: 'rollback-listings-42-follow-up',
  rollback: 'rollback-listings-42',
  service: 'listings',
  environment: 'production',
  phase: 'open',
  startedAt: at(60),
  watchUntil: at(3600),
  nextCheckAt: null,
  watch: { ...watch },
  items,
  reminded: { first: ['Slack (incidents)'], ignored: [] },
  bugTicket: null,
  problems: [],
  refusedMessages: [],
  timeline: [],
  incidentFolder: null,
  endedAt: null,
  ...change,
});

const opened = () => openIncident(root, { workflowId: 'rollback-listings-42', startedAt: at(0) });
const observe = async () => AFTER;
const signal = new AbortController().signal;
const check = (folder: string) =>
  promisify(execFile)('sha256sum', ['-c', 'MANIFEST.sha256'], { cwd: folder });
const read = (folder: string, name: string) => readFile(join(folder, name), 'utf8');

describe('FOLLOW_UP.md', () => {
  it('is added to the manifest, whose other lines stay as they are', async () => {
    const sink = await opened();
    await writeReport({ record, sink, observe, signal });
    const before = await read(sink.folder, 'MANIFEST.sha256');
    const { proof } = await writeFollowUp({ record, status: status() }, sink);
    expect(proof).toContain(`FOLLOW_UP.md is in ${sink.folder} on the worker`);
    const after = await read(sink.folder, 'MANIFEST.sha256');
    expect(after.startsWith(before)).toBe(true);
    expect(after.slice(before.length)).toMatch(/^[0-9a-f]{64} {2}FOLLOW_UP\.md\n$/);
    expect((await check(sink.folder)).stdout).toContain('FOLLOW_UP.md: OK');
  });

  it('is replaced by a later one, and stands in the manifest once', async () => {
    const sink = await opened();
    await writeReport({ record, sink, observe, signal });
    await writeFollowUp({ record, status: status() }, sink);
    await writeFollowUp({ record, status: status({ phase: 'done' }) }, sink);
    expect(await read(sink.folder, 'FOLLOW_UP.md')).toContain('| State | done |');
    expect((await read(sink.folder, 'MANIFEST.sha256')).match(/FOLLOW_UP\.md/g)).toHaveLength(1);
    await check(sink.folder);
  });

  it('does not hide that the report was changed since', async () => {
    const sink = await opened();
    await writeReport({ record, sink, observe, signal });
    await appendFile(join(sink.folder, 'INCIDENT_REPORT.md'), 'changed\n');
    await writeFollowUp({ record, status: status() }, sink);
    await expect(check(sink.folder)).rejects.toThrow('computed checksum did NOT match');
  });

  it('is written where no report could be', async () => {
    const sink = await opened();
    await writeFollowUp({ record, status: status() }, sink);
    await check(sink.folder);
  });
});

describe('POSTMORTEM.md', () => {
  it('lies beside the report, and people may change it without breaking the manifest', async () => {
    const sink = await opened();
    await writeReport({ record, sink, observe, signal });
    expect(await read(sink.folder, 'POSTMORTEM.md')).toContain(
      '# Postmortem (draft): listings in production, 2026-11-21',
    );
    await appendFile(join(sink.folder, 'POSTMORTEM.md'), '\nThe root cause was …\n');
    await check(sink.folder);
    expect(await read(sink.folder, 'MANIFEST.sha256')).not.toContain('POSTMORTEM');
  });
});
