import '../../../shared/web/strict-policy.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { startI18n } from '../../../shared/web/language.ts';
import '../../../shared/web/tokens.css';
import '../../../shared/web/components.css';
import './pay.css';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };
import { PayApp } from './pay-app.tsx';

const page = document.getElementById('page');
if (!page) throw new Error('index.html has no #page');
const i18n = await startI18n({ 'zh-CN': zhCN, en });
createRoot(page).render(
  <StrictMode>
    <I18nextProvider i18n={i18n}>
      <PayApp />
    </I18nextProvider>
  </StrictMode>,
);
// the page opens without the Internet too: the key is here, and the hub asks nobody
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/pay/offline.js');
