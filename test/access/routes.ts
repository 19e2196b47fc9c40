import type { NestExpressApplication } from '@nestjs/platform-express';

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** What the server really answers to, from its router: `POST /api/v1/pipelines/:name/pause`. */
export function routesOf(app: NestExpressApplication): string[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  // Middleware is registered for every method at once.
  const handled = router.stack.flatMap(({ route }) =>
    route === undefined || Object.keys(route.methods).length > 1
      ? []
      : Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`),
  );
  // Nest registers a route that is outside the prefix a second time, with a slash; a colon in a literal segment is escaped.
  return [...new Set(handled.map((route) => route.replace(/\/$/, '').replaceAll('\\', '')))].sort();
}
