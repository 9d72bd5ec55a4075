// Keeps every public event once, a line each, whatever restarts, on either side: node receiver.mjs URL KEY FILE · 事件接收示例
import { existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [url, key, path] = process.argv.slice(2);
const written = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
const whole = written.subarray(0, written.lastIndexOf(10) + 1);
if (whole.length < written.length) truncateSync(path, whole.length); // a line without its end was cut off by a kill
let last = whole.length > 0 ? JSON.parse(whole.toString().trimEnd().split('\n').at(-1)).id : null;
const file = openSync(path, 'a');
for (;;) {
  const asked = new URLSearchParams({ wait: '20', ...(last && { after: last }) });
  try {
    const answer = await fetch(`${url}/events?${asked}`, { headers: { Authorization: `Bearer ${key}` } });
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) throw new RangeError(await answer.text());
    if (!answer.ok) {
      await sleep(1000 * Number(answer.headers.get('retry-after') ?? 1));
      continue;
    }
    for (const event of await answer.json()) {
      writeSync(file, `${JSON.stringify(event)}\n`);
      last = event.id;
    }
    fsyncSync(file);
  } catch (fault) {
    if (fault instanceof RangeError) throw fault; // a wrong address, key or cursor does not get right by waiting
    await sleep(1000); // the other side restarts, or was cut off within an answer
  }
}
