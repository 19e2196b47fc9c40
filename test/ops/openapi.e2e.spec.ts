import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { startTestService, type TestService } from './service.js';

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

describe('the OpenAPI document', () => {
  let service: TestService;
  let document: OpenAPIObject;
  beforeAll(async () => {
    service = await startTestService();
    document = await (await service.get('/api/openapi.json')).json();
  });
  afterAll(() => service.close());

  /** What the server really answers to, from its router. */
  const routes = (): string[] => {
    const { router } = service.app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
    // Middleware is registered for every method at once.
    const handled = router.stack.flatMap(({ route }) =>
      route === undefined || Object.keys(route.methods).length > 1
        ? []
        : Object.keys(route.methods).map((method) => `${method} ${route.path}`),
    );
    // Nest registers a route that is outside the prefix a second time, with a slash.
    return [...new Set(handled.map((route) => route.replace(/\/$/, '')))];
  };
  const documented = (): string[] =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );

  it('has every route of the service but itself, and no other', () => {
    const real = routes().filter((route) => route !== 'get /api/openapi.json');
    expect(real.length).toBeGreaterThan(8);
    // A colon inside a literal segment is escaped in the router's pattern.
    expect(documented().sort()).toEqual(real.map((route) => route.replaceAll('\\', '')).sort());
  });

  it('says for every operation what it is for and what it answers', () => {
    const silent = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(
        item as Record<string, { summary?: string; responses?: Record<string, { content?: unknown }> }>,
      )
        .filter(([, { summary, responses = {} }]) => {
          // Where a browser is sent elsewhere, that is the success.
          const success = Object.entries(responses).filter(([status]) => /^2|^302$/.test(status));
          return !summary || success.length === 0;
        })
        .map(([method]) => `${method} ${path}`),
    );
    expect(silent).toEqual([]);
  });

  it('has only references that lead somewhere', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name!,
    );
    expect(references.length).toBeGreaterThan(5);
    expect(references.filter((name) => document.components?.schemas?.[name] === undefined)).toEqual([]);
  });
});
