import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../shared/web/button.tsx';
import { Icon } from '../../shared/web/icon.tsx';
import { LanguageSwitch } from '../../shared/web/language-switch.tsx';
import { Mark, type Tone } from '../../shared/web/mark.tsx';
import type { LinkState } from './hub-session.ts';

const LINK_TONES: Record<LinkState['name'], Tone> = {
  connecting: 'quiet',
  online: 'good',
  offline: 'more',
  refused: 'bad',
};

/** A switch of how the page looks, kept on this device and set on the root element. */
function useKeptSetting(name: 'contrast' | 'hand', values: readonly [string, string]) {
  const [on, setOn] = useState(() => window.localStorage.getItem(`wuma.${name}`) === values[1]);
  useEffect(() => {
    const value = on ? values[1] : values[0];
    document.documentElement.dataset[name] = value;
    window.localStorage.setItem(`wuma.${name}`, value);
  }, [on, name, values]);
  return { on, toggle: () => setOn((last) => !last) };
}

const CONTRASTS = ['normal', 'high'] as const;
const HANDS = ['right', 'left'] as const;

export function KioskBar({ link }: { readonly link: LinkState | undefined }): ReactElement {
  const { t } = useTranslation();
  const contrast = useKeptSetting('contrast', CONTRASTS);
  const hand = useKeptSetting('hand', HANDS);
  return (
    <header className="kiosk-bar">
      <div className="kiosk-link" role="status">
        {link ? (
          <Mark tone={LINK_TONES[link.name]} icon={link.name === 'online' ? 'check' : 'dots'}>
            {t(`link.${link.name}`)}
          </Mark>
        ) : null}
      </div>
      <div className="kiosk-settings" role="group" aria-label={t('bar.label')}>
        <LanguageSwitch />
        <Button
          kind="quiet"
          aria-label={t('bar.contrast')}
          aria-pressed={contrast.on}
          onClick={contrast.toggle}
        >
          <Icon name="sun" />
        </Button>
        <Button
          kind="quiet"
          aria-label={t('bar.hand')}
          aria-pressed={hand.on}
          onClick={hand.toggle}
        >
          <Icon name="swap" />
        </Button>
      </div>
    </header>
  );
}
