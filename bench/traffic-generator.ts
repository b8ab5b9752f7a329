/**
 * Clients of the service, in a process of their own so that they do not disturb what is measured: asks a URL so many
 * times a second, each time on a new connection. Arguments: URL, requests per second, method. Over IPC, `cut` is answered
 * by the answers since the last one.
 */
import { startTraffic } from '../scripts/demo/traffic.ts';

const [url = '', perSecond = '', method] = process.argv.slice(2);
const traffic = startTraffic(url, {
  perSecond: Number(perSecond),
  method: method === 'POST' ? 'POST' : 'GET',
});

process.on('message', () => process.send?.(traffic.answers.splice(0)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
