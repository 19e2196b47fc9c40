import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useState, type ReactNode } from 'react';
import { BrowserRouter, Link, Navigate, Route, Routes } from 'react-router';
import { SessionProvider } from './access/session';
import { SignedIn } from './access/signed-in';
import { ApiError } from './api/client';
import { ConflictsPage } from './conflicts/conflicts-page';
import { ReviewSession, ReviewSessionContext } from './conflicts/review-session';
import { KeepToken } from './mail/kept-token';
import { OverviewPage } from './pipelines/overview-page';
import { Shell } from './shell/shell';
import { Announcer } from './states/announcer';
import { CrashBoundary } from './states/crash-boundary';
import { Empty } from './states/empty';
import { lazily } from './states/lazily';
import { strings } from './strings';
import { cssVariables, theme } from './theme';

// Not part of what everybody loads first.
const SignInPage = lazily(async () => (await import('./access/sign-in-page')).SignInPage);
const WelcomePage = lazily(async () => (await import('./access/welcome-page')).WelcomePage);
const RecordPage = lazily(async () => (await import('./records/record-page')).RecordPage);
const RecordsPage = lazily(async () => (await import('./records/records-page')).RecordsPage);
const PipelinePage = lazily(async () => (await import('./pipelines/pipeline-page')).PipelinePage);
const PipelinesPage = lazily(async () => (await import('./pipelines/pipelines-page')).PipelinesPage);
const DeadLettersPage = lazily(
  async () => (await import('./dead-letters/dead-letters-page')).DeadLettersPage,
);
const ActivityPage = lazily(async () => (await import('./activity/activity-page')).ActivityPage);
const SettingsPage = lazily(async () => (await import('./settings/settings-page')).SettingsPage);
const AccountPage = lazily(async () => (await import('./settings/account-page')).AccountPage);
const TokensPage = lazily(async () => (await import('./settings/tokens-page')).TokensPage);
const KeyboardPage = lazily(async () => (await import('./settings/keyboard-page')).KeyboardPage);
const ConnectionsPage = lazily(async () => (await import('./settings/connections-page')).ConnectionsPage);
const PeoplePage = lazily(async () => (await import('./settings/people-page')).PeoplePage);
const NotificationsPage = lazily(
  async () => (await import('./settings/notifications-page')).NotificationsPage,
);
const AnswerPage = lazily(async () => (await import('./mail/answer-page')).AnswerPage);
const UnsubscribePage = lazily(async () => (await import('./mail/unsubscribe-page')).UnsubscribePage);

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
      <CrashBoundary>
        <QueryClientProvider client={client}>
          <SessionProvider>
            <ReviewSessionContext value={session}>
              <Announcer>
                <Notifications position="top-right" limit={3} containerWidth={360} />
                <Places />
              </Announcer>
            </ReviewSessionContext>
          </SessionProvider>
        </QueryClientProvider>
      </CrashBoundary>
    </MantineProvider>
  );
}

/** Without transitions: what a key does is seen before the next key is read. */
function Places() {
  return (
    <BrowserRouter useTransitions={false}>
      <Routes>
        <Route path="sign-in" element={<Alone page={<SignInPage />} />} />
        <Route path="welcome" element={<Alone page={<WelcomePage />} />} />
        <Route
          path="unsubscribe"
          element={
            <KeepToken>
              <Alone page={<UnsubscribePage />} />
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
          <Route index element={<AnswerPage />} />
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
          <Route path="dead-letters" element={<DeadLettersPage />} />
          <Route path="activity" element={<ActivityPage />} />
          <Route path="settings" element={<SettingsPage />}>
            <Route index element={<Navigate to="account" replace />} />
            <Route path="account" element={<AccountPage />} />
            <Route path="tokens" element={<TokensPage />} />
            <Route path="keyboard" element={<KeyboardPage />} />
            <Route path="notifications" element={<NotificationsPage />} />
            <Route path="connections" element={<ConnectionsPage />} />
            <Route path="people" element={<PeoplePage />} />
          </Route>
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </BrowserRouter>
  );
}

/** A page outside of the shell, which has the boundaries of those within. */
function Alone({ page }: { readonly page: ReactNode }) {
  return (
    <CrashBoundary>
      <Suspense>{page}</Suspense>
    </CrashBoundary>
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
