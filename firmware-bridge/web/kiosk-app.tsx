import type { ReactElement } from 'react';
import { KioskBar } from './kiosk-bar.tsx';
import type { Screen } from './payment-flow.ts';
import type { RefundScreen as RefundScreenState } from './refund-screens.ts';
import { AmountScreen } from './screens/amount-screen.tsx';
import { CheckingScreen } from './screens/checking-screen.tsx';
import { CodeScreen } from './screens/code-screen.tsx';
import { IdleScreen } from './screens/idle-screen.tsx';
import { LookingScreen } from './screens/looking-screen.tsx';
import { OfferScreen } from './screens/offer-screen.tsx';
import { PairingScreen } from './screens/pairing-screen.tsx';
import { PhoneScreen } from './screens/phone-screen.tsx';
import { QuestionScreen } from './screens/question-screen.tsx';
import { RecentScreen } from './screens/recent-screen.tsx';
import { RefundResultScreen } from './screens/refund-result-screen.tsx';
import { RefundScreen } from './screens/refund-screen.tsx';
import { RefusedScreen } from './screens/refused-screen.tsx';
import { ResultScreen } from './screens/result-screen.tsx';
import { type Kiosk, useKiosk } from './use-kiosk.ts';

/** The kiosk on the counter: amount by the cashier, look by the shopper, result for both. */
export function KioskApp(): ReactElement {
  const kiosk = useKiosk();
  return (
    <div className="kiosk">
      <KioskBar link={kiosk.device.name === 'paired' ? kiosk.link : undefined} />
      <main className="kiosk-main">
        <CurrentScreen kiosk={kiosk} />
      </main>
    </div>
  );
}

function CurrentScreen({ kiosk }: { readonly kiosk: Kiosk }): ReactElement | null {
  if (kiosk.device.name === 'loading') return null;
  if (kiosk.device.name === 'unpaired') return <PairingScreen onPaired={kiosk.paired} />;
  const { screen } = kiosk.state;
  // what has not come to a known end stays on the screen, whatever the link does
  const isUnknown = screen.name === 'checking' || screen.name === 'refunding';
  if (kiosk.link.name === 'refused' && !isUnknown) {
    return <RefusedScreen onPairAgain={kiosk.unpair} />;
  }
  return <PaymentScreen kiosk={kiosk} />;
}

function PaymentScreen({ kiosk }: { readonly kiosk: Kiosk }): ReactElement {
  const { link, state, dispatch } = kiosk;
  const { screen } = state;
  const welcome = link.name === 'online' ? link.welcome : undefined;
  switch (screen.name) {
    case 'idle':
      return (
        <IdleScreen shopName={welcome?.shop.name} onWake={() => dispatch({ type: 'woken' })} />
      );
    case 'amount':
      return (
        <AmountScreen
          amountMinor={screen.amountMinor}
          welcome={welcome}
          lastPaid={state.lastPaid}
          onChange={(amountMinor) => dispatch({ type: 'amountChanged', amountMinor })}
          onNext={() => kiosk.offer(screen.amountMinor)}
          onRecent={kiosk.openRecent}
        />
      );
    case 'offer':
      return (
        <OfferScreen
          payment={screen.payment}
          last={screen.last}
          welcome={welcome}
          onLook={() => kiosk.look(screen.payment)}
          onCode={() => dispatch({ type: 'codeStarted' })}
          onPhone={() => dispatch({ type: 'phoneStarted' })}
          onCancel={() => dispatch({ type: 'cancelled' })}
        />
      );
    case 'looking':
      return (
        <LookingScreen
          payment={screen.payment}
          light={screen.light}
          onReady={kiosk.cameraReady}
          onProblem={(problem) => kiosk.cameraFailed(screen.payment, problem)}
          onCancel={kiosk.cancelLook}
        />
      );
    case 'code':
      return (
        <CodeScreen
          payment={screen.payment}
          onCode={(code) => kiosk.claim(screen.payment, { way: 'code', code })}
          onProblem={(problem) => kiosk.cameraFailed(screen.payment, problem)}
          onCancel={() => dispatch({ type: 'cancelled' })}
        />
      );
    case 'checking':
      return <CheckingScreen money={screen.payment} way="payment" unsure={screen.unsure} />;
    case 'question':
    case 'phone':
      return <TypingScreen kiosk={kiosk} screen={screen} />;
    case 'result':
      return <ResultScreen payment={screen.payment} outcome={screen.outcome} />;
    case 'recent':
    case 'refund':
    case 'refunding':
    case 'refundResult':
      return <CashierScreen kiosk={kiosk} screen={screen} />;
  }
}

interface CashierScreenProps {
  readonly kiosk: Kiosk;
  readonly screen: RefundScreenState;
}

/** The last payments, and giving one back. */
function CashierScreen({ kiosk, screen }: CashierScreenProps): ReactElement {
  const { dispatch, link } = kiosk;
  switch (screen.name) {
    case 'recent':
      return (
        <RecentScreen
          recent={screen.recent}
          onRefund={(payment) => dispatch({ type: 'refundChosen', payment })}
          onRetry={kiosk.reloadRecent}
          onBack={() => dispatch({ type: 'cancelled' })}
        />
      );
    case 'refund':
      return (
        <RefundScreen
          state={screen}
          isOnline={link.name === 'online'}
          onChange={(amountMinor) => dispatch({ type: 'amountChanged', amountMinor })}
          onSend={() => kiosk.refund(screen)}
          onCancel={() => dispatch({ type: 'cancelled' })}
        />
      );
    case 'refunding':
      return <CheckingScreen money={screen.refund} way="refund" unsure={screen.unsure} />;
    case 'refundResult':
      return <RefundResultScreen refund={screen.refund} outcome={screen.outcome} />;
  }
}

interface TypingScreenProps {
  readonly kiosk: Kiosk;
  readonly screen: Extract<Screen, { name: 'question' | 'phone' }>;
}

/** Where the shopper types. */
function TypingScreen({ kiosk, screen }: TypingScreenProps): ReactElement {
  const { dispatch } = kiosk;
  if (screen.name === 'question') {
    return (
      <QuestionScreen
        // the next question is another screen, with nothing typed and the focus on its words
        key={screen.question.questionId}
        payment={screen.payment}
        question={screen.question}
        typed={screen.typed}
        onTyped={(typed) => dispatch({ type: 'typed', typed })}
        onAnswer={(digits) => kiosk.answer(screen.payment, screen.question, digits)}
        onCancel={() => dispatch({ type: 'cancelled' })}
      />
    );
  }
  return (
    <PhoneScreen
      key={screen.phone === null ? 'number' : 'pin'}
      payment={screen.payment}
      phone={screen.phone}
      typed={screen.typed}
      onTyped={(typed) => dispatch({ type: 'typed', typed })}
      onPhone={() => dispatch({ type: 'phoneGiven' })}
      onPin={(phone, pin) => kiosk.claim(screen.payment, { way: 'phone', phone, pin })}
      onCancel={() => dispatch({ type: 'cancelled' })}
    />
  );
}
