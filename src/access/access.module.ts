import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { StillAllowed } from '../common/caller.js';
import type { Env } from '../common/env.js';
import { AccessGuard } from './access.guard.js';
import { AccessSettings } from './access-settings.js';
import { Attempts } from './attempts.js';
import { AuditChainService } from './audit-chain.service.js';
import { AuditController } from './audit.controller.js';
import { CleanUpJob } from './clean-up-job.js';
import { Credentials } from './credentials.js';
import { DeclaredRoutes } from './declared-routes.js';
import { DemoPeople } from './demo-people.js';
import { IdentityProvider } from './identity-provider.js';
import { Me } from './me.js';
import { OneTimeLinks } from './one-time-links.js';
import { PeopleController } from './people.controller.js';
import { PeopleService } from './people.service.js';
import { PipelineOf } from './pipeline-of.js';
import { SessionController } from './session.controller.js';
import { SessionsService } from './sessions.service.js';
import { SingleSignOnController } from './single-sign-on.controller.js';
import { SingleSignOn } from './single-sign-on.service.js';
import { TokensController } from './tokens.controller.js';
import { TokensService } from './tokens.service.js';
import { WelcomeService } from './welcome.service.js';

/** Who may do what. Importing it closes every route of the application that does not say who may use it. */
@Module({})
export class AccessModule {
  /** @param demo the people of the demo may come in */
  static forRoot({ env, demo }: { readonly env: Env; readonly demo: boolean }): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      imports: [DiscoveryModule],
      controllers: [
        SessionController,
        SingleSignOnController,
        PeopleController,
        TokensController,
        AuditController,
      ],
      providers: [
        { provide: AccessSettings, useValue: new AccessSettings(env, demo) },
        { provide: APP_GUARD, useClass: AccessGuard },
        Credentials,
        { provide: StillAllowed, useExisting: Credentials },
        PipelineOf,
        DeclaredRoutes,
        Attempts,
        SessionsService,
        OneTimeLinks,
        WelcomeService,
        PeopleService,
        TokensService,
        DemoPeople,
        Me,
        IdentityProvider,
        SingleSignOn,
        AuditChainService,
        CleanUpJob,
      ],
      exports: [StillAllowed, OneTimeLinks, DemoPeople, TokensService, PeopleService],
    };
  }
}
