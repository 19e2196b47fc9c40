import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Express, NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Env } from './common/env.js';
import { AppError, messageOf } from './common/errors.js';
import { parseJson } from './core/canon/parse-json.js';
import { openApiDocument } from './openapi.js';
import { sameOriginOnly } from './same-origin.js';

/** Where the built user interface is, seen from `src` and from `dist` alike. */
export const webFolder = fileURLToPath(new URL('../dist/web/', import.meta.url));

/** Routes that are not below `/api/v1`. */
const outsideApi = ['health/live', 'health/ready', 'metrics'];

/** Everything about HTTP that is not a route: prefix, security headers, the document and the user interface. */
export function configureHttp(app: NestExpressApplication, env: Env, web: string = webFolder): void {
  app.setGlobalPrefix('api/v1', { exclude: outsideApi });
  app.disable('x-powered-by');
  // Whose address a request comes from: believed only as far as there are proxies of ours to say it.
  app.set('trust proxy', env.ACCORD_BEHIND_PROXY ?? 0);
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          // The component library sets style attributes and one style element.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'", 'data:'],
          objectSrc: ["'none'"],
          baseUri: ["'self'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      // For whoever puts TLS in front; over plain HTTP browsers ignore it, and on localhost it would harm other services.
      strictTransportSecurity: env.publicUrl.startsWith('https:'),
    }),
  );
  app.use(sameOriginOnly(env));
  app.use(neverStored);
  readJson(app);
  serveDocument(app);
  if (existsSync(join(web, 'index.html'))) serveWeb(app, web);
}

/** What shows personal data because it was asked for, whichever route it is, stays in no cache on the way. */
function neverStored({ query }: Request, response: Response, next: NextFunction): void {
  if (query.reveal !== undefined) response.setHeader('Cache-Control', 'no-store');
  next();
}

/** Bodies with the keys that they have (core/canon/parse-json.ts); otherwise as the framework reads them. */
function readJson(app: NestExpressApplication): void {
  app.useBodyParser('text', { type: 'application/json', limit: '100kb' });
  app.use((request: Request, _response: Response, next: NextFunction) => {
    if (typeof request.body !== 'string' || request.is('application/json') === false) {
      next();
      return;
    }
    try {
      request.body = request.body === '' ? {} : parseJson(request.body);
      next();
    } catch (error) {
      next(new AppError('malformed', `The body is not JSON: ${messageOf(error)}`, { cause: error }));
    }
  });
}

/** Made when it is first asked for: start-up should not wait for it. */
function serveDocument(app: NestExpressApplication): void {
  let document: Promise<string> | undefined;
  const express: Express = app.getHttpAdapter().getInstance();
  express.get('/api/openapi.json', async (_request: Request, response: Response) => {
    document ??= openApiDocument(app).then((made) => JSON.stringify(made));
    response.type('application/json').send(await document);
  });
}

function serveWeb(app: NestExpressApplication, web: string): void {
  // File names carry a hash of the content, except index.html's.
  app.useStaticAssets(join(web, 'assets'), {
    prefix: '/assets/',
    immutable: true,
    maxAge: '1y',
    fallthrough: false,
  });
  app.useStaticAssets(web, {
    maxAge: 0,
    index: false,
    // Chromium looks for the icon again at every address that the screen shows: for each card.
    setHeaders: (response: Response, file: string) => {
      if (file.endsWith('.svg')) response.setHeader('Cache-Control', 'public, max-age=86400');
    },
  });
  app.use((request: Request, response: Response, next: NextFunction) => {
    const isPage = request.method === 'GET' && !/^\/(api|health|metrics)(\/|$)/.test(request.path);
    if (!isPage || request.accepts('html') === false) {
      next();
      return;
    }
    response.setHeader('Cache-Control', 'no-cache');
    response.sendFile(join(web, 'index.html'));
  });
}
