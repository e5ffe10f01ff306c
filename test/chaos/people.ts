/** Who pays: each enrolled at every hub, under an id that stays, so that a hub that starts again finds them there. */
export const PEOPLE = Array.from({ length: 12 }, (_, i) => ({
  name: `person-${i + 1}`,
  enrolmentId: `019a4e00-0000-7000-8000-${String(i + 1).padStart(12, '0')}`,
}));
