import { describe, expect, test } from 'vitest';
import {
  killUnit,
  readUnit,
  runState,
  showUnit,
  startUnit,
  stopUnit,
} from '../../../activities/process/systemctl.ts';

const GREEN = { systemd: 'listings-green.service', user: false };
const SHOW = '--property=LoadState,ActiveState,SubState,MainPID';

describe('the commands', () => {
  test('name the unit last, after the end of the options', () => {
    expect(showUnit(GREEN)).toEqual(['systemctl', 'show', SHOW, '--', 'listings-green.service']);
    expect(startUnit(GREEN)).toEqual(['systemctl', 'start', '--', 'listings-green.service']);
    expect(stopUnit(GREEN)).toEqual(['systemctl', 'stop', '--', 'listings-green.service']);
    expect(killUnit(GREEN)).toEqual([
      'systemctl',
      'kill',
      '--signal',
      'SIGKILL',
      '--',
      'listings-green.service',
    ]);
  });

  test("go to the user's own manager where the unit is one of its", () => {
    const mine = { ...GREEN, user: true };
    expect(showUnit(mine)).toEqual(['systemctl', '--user', 'show', SHOW, '--', 'listings-green.service']);
    expect(startUnit(mine)).toEqual(['systemctl', '--user', 'start', '--', 'listings-green.service']);
    expect(stopUnit(mine)).toEqual(['systemctl', '--user', 'stop', '--', 'listings-green.service']);
    expect(killUnit(mine)[1]).toBe('--user');
  });
});

describe("systemctl show's output", () => {
  const said = (pid: number, load: string, active: string, sub: string) =>
    `MainPID=${pid}\nLoadState=${load}\nActiveState=${active}\nSubState=${sub}\n`;

  test.each([
    ['active', said(811, 'loaded', 'active', 'running'), 'running', 811],
    ['on its way up', said(812, 'loaded', 'activating', 'start'), 'running', 812],
    ['waiting for its next try', said(0, 'loaded', 'activating', 'auto-restart'), 'running', 0],
    ['on its way down', said(811, 'loaded', 'deactivating', 'stop-sigterm'), 'running', 811],
    ['reloading', said(811, 'loaded', 'reloading', 'reload'), 'running', 811],
    ['in a state of a later systemd', said(811, 'loaded', 'refreshing', 'refresh'), 'running', 811],
    ['inactive', said(0, 'loaded', 'inactive', 'dead'), 'stopped', 0],
    ['failed', said(0, 'loaded', 'failed', 'failed'), 'failed', 0],
    ['not there', said(0, 'not-found', 'inactive', 'dead'), 'stopped', 0],
    ['masked', said(0, 'masked', 'inactive', 'dead'), 'stopped', 0],
    ['masked while it runs', said(811, 'masked', 'active', 'running'), 'running', 811],
  ])('of a unit that is %s', (_, output, state, mainPid) => {
    const unit = readUnit(output);
    expect(unit?.mainPid).toBe(mainPid);
    expect(unit && runState(unit)).toBe(state);
  });

  test('is read in whatever order', () => {
    expect(readUnit('SubState=dead\nActiveState=inactive\nMainPID=0\nLoadState=masked')).toEqual({
      load: 'masked',
      active: 'inactive',
      sub: 'dead',
      mainPid: 0,
    });
  });

  test.each(['', 'System has not been booted with systemd', 'ActiveState=\nLoadState=\n', 'MainPID=0\n'])(
    'that does not tell the state (%j) is no state',
    (output) => {
      expect(readUnit(output)).toBeNull();
    },
  );
});
