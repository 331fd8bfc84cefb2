import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { SpanStatusCode } from '@opentelemetry/api';
import { tracedTransport, Tracing } from '../../runtime/tracing.ts';
import { makeLogger, decisionLog } from '../../runtime/logging.ts';
import { run } from '../support/running.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

interface Exported {
  resourceSpans: {
    scopeSpans: {
      spans: { name: string; traceId: string; attributes: { key: string; value: object }[] }[];
    }[];
  }[];
}

/** A collector that keeps what it was sent. */
async function collector(): Promise<{ url: string; received: Exported[] }> {
  const received: Exported[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()) as Exported);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

describe('traces', () => {
  it('join the trace of whoever called, and say what was decided', async () => {
    const { url, received } = await collector();
    const running = await run({}, undefined, { traces: url, traceShare: 0 });
    const traceparent = PARENT;
    await running.call('decide', '/v1/decide?programme=welcome&user=u', { headers: { traceparent } });
    // nobody's trace, and none of ours is kept
    await running.call('decide', '/v1/decide?programme=welcome&user=v');
    const event = { id: '1', type: 'signal', person: { userId: 'u' }, name: 'Order Completed' };
    await running.call('ingest', '/v1/events', {
      method: 'POST',
      headers: { traceparent },
      body: JSON.stringify({ events: [event] }),
    });
    await running.stop();
    const spans = received
      .flatMap(({ resourceSpans }) => resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap((scope) => scope.spans);
    expect(spans.map(({ name }) => name).sort()).toEqual(['decide', 'ingest']);
    for (const { traceId } of spans) expect(traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    const decide = spans.find(({ name }) => name === 'decide')!;
    expect(decide.attributes).toContainEqual({ key: 'pickwell.rung', value: { stringValue: 'full' } });
    expect(JSON.stringify(spans)).not.toContain('"u"');
  });

  it('tell of a platform that failed by its host alone', async () => {
    const spans: ReadableSpan[] = [];
    const exporter: SpanExporter = {
      export: (some, done) => {
        spans.push(...some);
        done({ code: 0 });
      },
      shutdown: () => Promise.resolve(),
      forceFlush: () => Promise.resolve(),
    };
    const tracing = new Tracing({ exporter, ratio: 1, version: 'test' });
    const send = tracedTransport(tracing, () => Promise.reject(new Error('secret in the message')));
    const request = { method: 'POST', url: 'https://x.example/key-in-path', headers: {}, body: '' } as const;
    await expect(send(request)).rejects.toThrow();
    tracing.batch(12, 0.5);
    await tracing.stop();
    const [deliver, batch] = spans;
    expect(deliver).toMatchObject({
      name: 'deliver',
      status: { code: SpanStatusCode.ERROR, message: 'Error' },
    });
    expect(deliver!.attributes).toEqual({ 'http.request.method': 'POST', 'server.address': 'x.example' });
    expect(batch).toMatchObject({ name: 'batch', attributes: { 'pickwell.jobs': 12 } });
    const [seconds, nanoseconds] = batch!.duration;
    expect(seconds + nanoseconds / 1e9).toBeCloseTo(0.5, 2);
  });
});

describe('the log of decisions', () => {
  const answer = {
    programme: 'p',
    action: 'send',
    reason: 'policy',
    rung: 'full',
    decision_recorded: true,
  } as const;

  it('has the share of them that was asked for, the same ones every time, and no person', () => {
    const logged = (share: number): string[] => {
      const lines: string[] = [];
      const log = decisionLog(makeLogger('info', { write: (line) => lines.push(line) }), share);
      for (let i = 0; i < 2_000; i++) log({ ...answer, decision_id: `dec_${i}` });
      return lines.map((line) => (JSON.parse(line) as { decision_id: string }).decision_id);
    };
    expect(logged(0)).toEqual([]);
    const some = logged(0.1);
    expect(some.length).toBeGreaterThan(140);
    expect(some.length).toBeLessThan(260);
    expect(logged(0.1)).toEqual(some);
    expect(logged(1)).toHaveLength(2_000);
  });
});
