/** Constant traffic by clients that close their connections, as the users of a service behind nginx. */
import { request } from 'node:http';

export type Answer = {
  /** When the request was sent and when its answer was whole, in milliseconds of the clock. */
  sentAt: number;
  at: number;
  /** null: no answer. */
  status: number | null;
  /** The colour that answered, by its identity header. */
  release: string | null;
  error: string | null;
};

export type Traffic = {
  /** All that came so far, in the order in which they were answered. */
  readonly answers: Answer[];
  /** Sends no more, waits for what is under way, and returns all answers. */
  stop(): Promise<Answer[]>;
};

export type TrafficOptions = { perSecond?: number; method?: 'GET' | 'POST' };

/**
 * Asks `perSecond` times a second, each time on a new connection, whether or not the last one was answered. `url` may be
 * another one each time.
 */
export function startTraffic(
  url: string | (() => string),
  { perSecond = 25, method = 'GET' }: TrafficOptions = {},
): Traffic {
  const answers: Answer[] = [];
  const open = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const asking: Promise<void> = ask(typeof url === 'string' ? url : url(), method).then((answer) => {
      answers.push(answer);
      open.delete(asking);
    });
    open.add(asking);
  }, 1000 / perSecond);
  return {
    answers,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return answers;
    },
  };
}

/** One request on a connection of its own. Never fails: no answer is an answer, too. */
export function ask(url: string, method: 'GET' | 'POST' = 'GET'): Promise<Answer> {
  const sentAt = Date.now();
  return new Promise((resolve) => {
    const end = (answer: Pick<Answer, 'status' | 'release' | 'error'>) =>
      resolve({ sentAt, at: Date.now(), ...answer });
    const asked = request(url, { agent: false, method, timeout: 10_000 }, (response) => {
      response.resume();
      response.on('error', (error) => end({ status: null, release: null, error: error.message }));
      response.on('end', () => {
        const release = response.headers['x-release'];
        end({
          status: response.statusCode ?? null,
          release: typeof release === 'string' ? release : null,
          error: null,
        });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')));
    asked.on('error', (error) => end({ status: null, release: null, error: error.message }));
    asked.end();
  });
}
