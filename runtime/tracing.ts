import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Transport } from '../core/contracts/destination.ts';

export interface TracingOptions {
  exporter: SpanExporter;
  /** What the traces call this process. */
  service?: string | undefined;
  /** Share of traces that are kept where the caller did not decide, from 0 to 1. */
  ratio: number;
  version: string;
}

/** Spans go to a collector: OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/, read 2026-11). */
export const collectorAt = (endpoint: string): SpanExporter =>
  new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });

const getter = {
  keys: (headers: Headers): string[] => Object.keys(headers),
  get: (headers: Headers, name: string): string | undefined => headers[name],
};
type Headers = Readonly<Record<string, string | undefined>>;

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

export interface SpanOptions {
  kind: keyof typeof KINDS;
  /** Of the request, which may belong to a trace already (W3C Trace Context). */
  headers?: Headers;
  attributes?: Attributes;
}

/** Traces of decisions, deliveries of events and requests to platforms. Names are listed in docs/operations.md. */
export class Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #propagator = new W3CTraceContextPropagator();

  constructor({ exporter, ratio, version, service = 'pickwell' }: TracingOptions) {
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': service,
        'service.version': version,
      }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    });
    this.#tracer = this.#provider.getTracer('pickwell', version);
  }

  /** Runs `work` inside a span, which tells how long it took and what it threw. */
  async span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    const { kind, headers, attributes = {} } = options;
    const parent: Context =
      headers === undefined ? ROOT_CONTEXT : this.#propagator.extract(ROOT_CONTEXT, headers, getter);
    const span = this.#tracer.startSpan(name, { kind: KINDS[kind], attributes }, parent);
    try {
      return await work(span);
    } catch (error) {
      // the message of a fault is static; what varies may be personal
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).name });
      throw error;
    } finally {
      span.end();
    }
  }

  /** A batch that was durable just now, after `seconds`. */
  batch(size: number, seconds: number): void {
    const end = Date.now();
    const attributes = { 'pickwell.jobs': size };
    this.#tracer.startSpan('batch', { startTime: end - seconds * 1000, attributes }, ROOT_CONTEXT).end(end);
  }

  /** Sends what is left. */
  async stop(): Promise<void> {
    await this.#provider.shutdown();
  }
}

/** A transport with a span around every request, if there are traces. Only the host is told: a path may hold a key. */
export const tracedTransport = (tracing: Tracing | undefined, transport: Transport): Transport =>
  tracing
    ? (request) => {
        const attributes = {
          'http.request.method': request.method,
          'server.address': new URL(request.url).host,
        };
        return tracing.span('deliver', { kind: 'client', attributes }, async (span) => {
          const response = await transport(request);
          span.setAttribute('http.response.status_code', response.status);
          return response;
        });
      }
    : transport;

/** Runs `work` in a span where there are traces. */
export const traced = <T>(
  tracing: Tracing | undefined,
  name: string,
  options: SpanOptions,
  work: (span?: Span) => Promise<T>,
): Promise<T> => (tracing ? tracing.span(name, options, work) : work());
