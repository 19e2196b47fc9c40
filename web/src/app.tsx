import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { BrowserRouter, Link, Route, Routes } from 'react-router';
import { ApiError } from './api/client';
import { LiveProvider } from './api/live';
import { ConflictsPage } from './conflicts/conflicts-page';
import { ReviewSession, ReviewSessionContext } from './conflicts/review-session';
import { OverviewPage } from './pipelines/overview-page';
import { PipelinePage } from './pipelines/pipeline-page';
import { PipelinesPage } from './pipelines/pipelines-page';
import { RecordPage } from './records/record-page';
import { RecordsPage } from './records/records-page';
import { Shell } from './shell/shell';
import { Announcer } from './states/announcer';
import { Empty } from './states/empty';
import { strings } from './strings';
import { cssVariables, theme } from './theme';

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
        <LiveProvider>
          <ReviewSessionContext value={session}>
            <Announcer>
              <Notifications position="top-right" limit={3} containerWidth={360} />
              <BrowserRouter>
                <Routes>
                  <Route element={<Shell />}>
                    <Route index element={<OverviewPage />} />
                    <Route path="conflicts" element={<ConflictsPage />} />
                    <Route path="conflicts/:id" element={<ConflictsPage />} />
                    <Route path="records" element={<RecordsPage />} />
                    <Route path="records/:id" element={<RecordPage />} />
                    <Route path="pipelines" element={<PipelinesPage />} />
                    <Route path="pipelines/:name" element={<PipelinePage />} />
                    <Route path="*" element={<NotFound />} />
                  </Route>
                </Routes>
              </BrowserRouter>
            </Announcer>
          </ReviewSessionContext>
        </LiveProvider>
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
