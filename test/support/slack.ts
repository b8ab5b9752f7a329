/** A receiver that speaks the wire format of Slack's incoming webhooks, and remembers what it took. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { SlackPayload } from '../../activities/slack/payload.ts';
import { listen, readBody } from './loopback.ts';

export type SlackMessage = {
  /** The path of the webhook's URL, without the slash. */
  channel: string;
  /** What a notification shows. */
  text: string;
  /** The header's id: the same for a repeat of the same message. */
  id: string;
  /** Everything that is shown, a line for each piece of text. */
  shown: string;
  payload: SlackPayload;
};

export type SlackReceiver = {
  /** Those that it took, in order. */
  readonly messages: SlackMessage[];
  /** The webhook of a channel. */
  url(channel: string): string;
  /** From now on it answers like this instead of `200 ok`, and takes nothing; null: as before. */
  refuse(answer: { status: number; body: string } | null): void;
  close(): Promise<void>;
};

export async function startSlack(): Promise<SlackReceiver> {
  const messages: SlackMessage[] = [];
  let refusal: { status: number; body: string } | null = null;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      if (refusal === null) messages.push(toMessage(request, body));
      response.writeHead(refusal?.status ?? 200, { 'Content-Type': 'text/html' });
      response.end(refusal?.body ?? 'ok');
    });
  });
  const { origin, close } = await listen(server);
  return {
    messages,
    url: (channel) => `${origin}/${channel}`,
    refuse: (answer) => (refusal = answer),
    close,
  };
}

function toMessage(request: IncomingMessage, body: string): SlackMessage {
  const payload = JSON.parse(body) as SlackPayload;
  const header = payload.blocks.find((block) => block.type === 'header');
  return {
    channel: (request.url ?? '/').slice(1),
    text: payload.text,
    id: header?.block_id ?? '',
    shown: payload.blocks.flatMap(textsOf).join('\n'),
    payload,
  };
}

function textsOf(block: SlackPayload['blocks'][number]): string[] {
  if (block.type === 'context') return block.elements.map(({ text }) => text);
  return 'fields' in block ? block.fields.map(({ text }) => text) : [block.text.text];
}
