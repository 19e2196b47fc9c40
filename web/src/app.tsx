import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { BrowserRouter, Link, Navigate, Route, Routes } from 'react-router';
import { SessionProvider } from './access/session';
import { SignInPage } from './access/sign-in-page';
import { SignedIn } from './access/signed-in';
import { WelcomePage } from './access/welcome-page';
import { ApiError } from './api/client';
import { ConflictsPage } from './conflicts/conflicts-page';
import { ReviewSession, ReviewSessionContext } from './conflicts/review-session';
import { KeepToken } from './mail/kept-token';
import { OverviewPage } from './pipelines/overview-page';
import { PipelinePage } from './pipelines/pipeline-page';
import { PipelinesPage } from './pipelines/pipelines-page';
import { RecordPage } from './records/record-page';
import { RecordsPage } from './records/records-page';
import { Shell } from './shell/shell';
import { Announcer } from './states/announcer';
import { Empty } from './states/empty';
import { LateSkeleton } from './states/query-state';
import { strings } from './strings';
import { cssVariables, theme } from './theme';

// Seldom looked at: not part of what everybody loads.
const SettingsPage = lazy(async () => ({ default: (await import('./settings/settings-page')).SettingsPage }));
const AccountPage = lazy(async () => ({ default: (await import('./settings/account-page')).AccountPage }));
const TokensPage = lazy(async () => ({ default: (await import('./settings/tokens-page')).TokensPage }));
const NotificationsPage = lazy(async () => ({
  default: (await import('./settings/notifications-page')).NotificationsPage,
}));
const AnswerPage = lazy(async () => ({ default: (await import('./mail/answer-page')).AnswerPage }));
const UnsubscribePage = lazy(async () => ({
  default: (await import('./mail/unsubscribe-page')).UnsubscribePage,
}));
const PeoplePage = lazy(async () => ({ default: (await import('./settings/people-page')).PeoplePage }));

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        // An answer that says "no" stays no; only silence is asked again.
        retry: (count, error) =>
          count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
        retryDelay: (count) => 500 * 2 ** count,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

export function App() {
  const [client] = useState(newQueryClient);
  const [session] = useState(() => new ReviewSession());
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <SessionProvider>
          <ReviewSessionContext value={session}>
            <Announcer>
              <Notifications position="top-right" limit={3} containerWidth={360} />
              <BrowserRouter>
                <Routes>
                  <Route path="sign-in" element={<SignInPage />} />
                  <Route path="welcome" element={<WelcomePage />} />
                  <Route
                    path="unsubscribe"
                    element={
                      <KeepToken>
                        <Suspense fallback={<LateSkeleton lines={4} />}>
                          <UnsubscribePage />
                        </Suspense>
                      </KeepToken>
                    }
                  />
                  <Route
                    path="conflicts/:id/answer"
                    element={
                      <KeepToken>
                        <SignedIn>
                          <Shell />
                        </SignedIn>
                      </KeepToken>
                    }
                  >
                    <Route
                      index
                      element={
                        <Suspense fallback={<LateSkeleton lines={4} />}>
                          <AnswerPage />
                        </Suspense>
                      }
                    />
                  </Route>
                  <Route
                    element={
                      <SignedIn>
                        <Shell />
                      </SignedIn>
                    }
                  >
                    <Route index element={<OverviewPage />} />
                    <Route path="conflicts" element={<ConflictsPage />} />
                    <Route path="conflicts/:id" element={<ConflictsPage />} />
                    <Route path="records" element={<RecordsPage />} />
                    <Route path="records/:id" element={<RecordPage />} />
                    <Route path="pipelines" element={<PipelinesPage />} />
                    <Route path="pipelines/:name" element={<PipelinePage />} />
                    <Route
                      path="settings"
                      element={
                        <Suspense fallback={<LateSkeleton lines={4} />}>
                          <SettingsPage />
                        </Suspense>
                      }
                    >
                      <Route index element={<Navigate to="account" replace />} />
                      <Route path="account" element={<AccountPage />} />
                      <Route path="tokens" element={<TokensPage />} />
                      <Route path="notifications" element={<NotificationsPage />} />
                      <Route path="people" element={<PeoplePage />} />
                    </Route>
                    <Route path="*" element={<NotFound />} />
                  </Route>
                </Routes>
              </BrowserRouter>
            </Announcer>
          </ReviewSessionContext>
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function NotFound() {
  return (
    <div className="page">
      <Empty icon="?" title={strings.states.notFound} order={1}>
        <Link to="/">{strings.states.back}</Link>
      </Empty>
    </div>
  );
}
