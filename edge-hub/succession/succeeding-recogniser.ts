import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { Gallery } from '../recognition/gallery.ts';
import type { Recogniser, Recognition, RecognitionTimings } from '../recognition/recogniser.ts';

type Recognising = Pick<Recogniser, 'recognise'>;

/**
 * Looks with the present pack, and where that knows nobody, once more with the one before: for people who have not been
 * here since. Each look is decided under the thresholds of the pack that it was made by.
 */
export class SucceedingRecogniser implements Recognising {
  private readonly present: Recognising;
  private readonly former: Recognising;
  private readonly formerGallery: Pick<Gallery, 'size'>;

  constructor(parts: {
    readonly present: Recognising;
    readonly former: Recognising;
    readonly formerGallery: Pick<Gallery, 'size'>;
  }) {
    this.present = parts.present;
    this.former = parts.former;
    this.formerGallery = parts.formerGallery;
  }

  async recognise(
    frames: readonly ProbeFrame[],
    options: Parameters<Recogniser['recognise']>[1],
  ): Promise<Recognition> {
    const first = await this.present.recognise(frames, options);
    if (this.formerGallery.size === 0 || !isNobody(first)) return first;
    const second = await this.former.recognise(frames, options);
    const timings = sumOf(first.timings, second.timings);
    const isBusy = !second.result.ok && second.result.error === 'busy';
    // where the former pack cannot even look, what the present one has seen stands: nobody
    return { result: second.result.ok || isBusy ? second.result : first.result, timings };
  }
}

/** Whether there was somebody alive to look at who is not in the gallery. */
function isNobody({ result }: Recognition): boolean {
  if (!result.ok || result.value.liveness === 'attack') return false;
  const [best] = result.value.candidates;
  return best === undefined || best.score < result.value.thresholds.floor;
}

function sumOf(one: RecognitionTimings, other: RecognitionTimings): RecognitionTimings {
  return {
    queue: one.queue + other.queue,
    decode: one.decode + other.decode,
    detect: one.detect + other.detect,
    pad: one.pad + other.pad,
    embed: one.embed + other.embed,
    networks: one.networks + other.networks,
    search: one.search + other.search,
  };
}
