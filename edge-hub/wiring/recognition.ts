import type { Forgetting } from '../enrolment/forgetting.ts';
import type { Calibration } from '../recognition/calibration.ts';
import type { Gallery } from '../recognition/gallery.ts';
import { Recogniser } from '../recognition/recogniser.ts';
import { PackSuccession } from '../succession/pack-succession.ts';
import { SucceedingRecogniser } from '../succession/succeeding-recogniser.ts';
import type { Shared } from './shared.ts';
import type { Vision } from './vision.ts';

export function wireRecogniser(shared: Shared): Pick<Recogniser, 'recognise'> {
  const { vision, gallery, calibration, former, clock } = shared;
  const recogniserOf = (seen: Vision, faces: { gallery: Gallery; calibration: Calibration }) => {
    const thresholds = () => faces.calibration.state.thresholds;
    return new Recogniser({ ...seen, gallery: faces.gallery, clock, thresholds });
  };
  const present = recogniserOf(vision, { gallery, calibration });
  if (!former) return present;
  return new SucceedingRecogniser({
    present,
    former: recogniserOf(former, former),
    formerGallery: former.gallery,
  });
}

export function wireSuccession(
  shared: Shared & { readonly forgetting: Forgetting },
): PackSuccession | undefined {
  const { vision, gallery, calibration, former, settings } = shared;
  if (!former) return undefined;
  const { promisedFpir } = settings;
  const present = { engine: vision.engine, gallery, calibration };
  return new PackSuccession({ ...shared, former, present, promisedFpir });
}
