import '@fontsource-variable/inter/index.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './styles/base.css';
import './styles/values.css';
import './styles/review.css';
import './styles/pipelines.css';
import './styles/records.css';
import './styles/access.css';
import './styles/keys.css';
import './styles/activity.css';
import './styles/connections.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
