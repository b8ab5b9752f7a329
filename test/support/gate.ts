/** A promise that a test ends: what must not go on until the test says so awaits `passed`. */
export type Gate = { passed: Promise<void>; open: () => void };

export function gate(): Gate {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}
