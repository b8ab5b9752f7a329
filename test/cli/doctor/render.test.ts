import { describe, expect, it } from 'vitest';
import { exitCodeFor } from '../../../src/cli/doctor/diagnosis.ts';
import type { Area, Mark, Section } from '../../../src/cli/doctor/diagnosis.ts';
import { asJson, renderSection, renderSummary } from '../../../src/cli/doctor/render.ts';
import { NO_COLOURS } from '../support/io.ts';

const section = (area: Area, ...marks: Mark[]): Section => ({
  area,
  title: area,
  lines: marks.map((mark) => ({ mark, name: 'a thing', detail: 'as it is' })),
});

describe('a section', () => {
  it('says of each thing how it is, and only of what is not good what to do', () => {
    const text = renderSection(
      {
        area: 'target',
        title: 'listings in production',
        lines: [
          { mark: 'ok', name: 'host web-1', detail: 'answers in 3 ms', fix: 'never shown' },
          {
            mark: 'warning',
            name: 'search attributes',
            detail: 'not registered: BackoutKind',
            fix: 'Register it.',
          },
          { mark: 'problem', name: 'nginx -t', detail: 'fails', fix: 'Correct the file.' },
          { mark: 'problem', name: 'start of blue', detail: 'could not be started' },
        ],
      },
      NO_COLOURS,
    );
    expect(text).toBe(`listings in production
  ✔ host web-1: answers in 3 ms
  ! search attributes: not registered: BackoutKind
    → Register it.
  ✖ nginx -t: fails
    → Correct the file.
  ✖ start of blue: could not be started

`);
  });

  it('indents what programs print on several lines', () => {
    const lines = [{ mark: 'problem' as const, name: 'nginx -t', detail: 'emerg: no ";"\ntest failed\n' }];
    expect(renderSection({ area: 'target', title: 'listings', lines }, NO_COLOURS)).toBe(`listings
  ✖ nginx -t: emerg: no ";"
      test failed

`);
  });
});

describe('the summary', () => {
  it('says that all is good', () => {
    expect(renderSummary([section('configuration', 'ok')], NO_COLOURS)).toBe(
      'Ready to roll back. Nothing was changed.\n',
    );
  });

  it('counts remarks without calling them problems', () => {
    expect(renderSummary([section('temporal', 'ok', 'warning')], NO_COLOURS)).toBe(
      'Ready to roll back. 1 remark (!). Nothing was changed.\n',
    );
  });

  it('counts problems', () => {
    const sections = [section('temporal', 'warning', 'warning'), section('target', 'problem', 'problem')];
    expect(renderSummary(sections, NO_COLOURS)).toBe(
      'Not ready: 2 problems (✖). 2 remarks (!). Nothing was changed.\n',
    );
  });

  it('tells of the way without Temporal where Temporal or workers are missing', () => {
    for (const area of ['temporal', 'workers'] as const)
      expect(renderSummary([section(area, 'problem')], NO_COLOURS))
        .toBe(`Not ready: 1 problem (✖). Nothing was changed.
If it can not wait: \`backout rollback traffic-only SERVICE --reason WHY --local\` needs no Temporal and no worker, only a
good backout.yaml and the way to the hosts.
`);
  });
});

describe('the exit code', () => {
  it.each([
    [0, [section('configuration', 'ok', 'warning'), section('target', 'ok')]],
    [2, [section('configuration', 'problem'), section('temporal', 'problem')]],
    [6, [section('configuration', 'ok'), section('temporal', 'problem')]],
    [6, [section('workers', 'problem'), section('target', 'problem')]],
    [1, [section('workers', 'ok'), section('target', 'problem')]],
  ])('is %i for the first thing that is a problem', (exitCode, sections) => {
    expect(exitCodeFor(sections)).toBe(exitCode);
    expect(asJson(sections)).toEqual({ ready: exitCode === 0, exitCode, sections });
  });
});
