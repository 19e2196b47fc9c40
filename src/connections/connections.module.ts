import { type DynamicModule, Module } from '@nestjs/common';
import { Env } from '../common/env.js';
import type { ConnectionCatalog } from '../connectors/connection-catalog.js';
import type { PipelineSpec } from '../core/pipeline/spec.js';
import { KeyStore } from '../database/secrets/key-store.js';
import { ConnectionsController } from './connections.controller.js';
import { ConnectionsService } from './connections.service.js';
import { ConnectionTests } from './connection-tests.service.js';
import { Declared } from './declared.js';

export interface ConnectionsOptions {
  readonly catalog: ConnectionCatalog;
  readonly pipelines: readonly PipelineSpec[];
}

/** Connections that people keep, beside those of files. Needs Env and the database. */
@Module({})
export class ConnectionsModule {
  static forRoot({ catalog, pipelines }: ConnectionsOptions): DynamicModule {
    return {
      module: ConnectionsModule,
      controllers: [ConnectionsController],
      providers: [
        { provide: Declared, useValue: new Declared(catalog, pipelines) },
        { provide: KeyStore, useFactory: (env: Env) => new KeyStore(env), inject: [Env] },
        ConnectionsService,
        ConnectionTests,
      ],
    };
  }
}
