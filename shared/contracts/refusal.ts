import { z } from 'zod';

/** Every way in which a request from a terminal ends without a payment. Closed: a new one needs its words. */
export const REFUSAL_CODES = [
  // the message
  'malformed_message',
  'unsupported_version',
  'unknown_type',
  'payload_too_large',
  'topic_forbidden',
  'clock_skewed',
  'rate_limited',
  'busy',
  // the terminal and its challenge
  'bad_signature',
  'challenge_unknown',
  'challenge_used',
  'challenge_expired',
  'challenge_mismatch',
  'probe_stale',
  'idempotency_conflict',
  'payment_unknown',
  // the picture
  'not_an_image',
  'image_too_large',
  'no_face',
  'several_faces',
  'face_too_small',
  'face_turned_away',
  'face_blurred',
  'light_too_low',
  'light_too_strong',
  'eyes_covered',
  // the person
  'attack_suspected',
  'not_recognised',
  'ambiguous',
  // the answer
  'question_unknown',
  'answer_wrong',
  'too_many_tries',
  'pin_needed',
  'phone_or_pin_wrong',
  'code_not_good',
  // the payment
  'amount_above_limit',
  'hub_unavailable',
  'funds_short',
  'account_blocked',
  'offline_limit',
  'offline_too_long',
  // what comes after it
  'payment_cancelled',
  'authorisation_expired',
  'move_not_allowed',
  'not_this_shop',
  'reversal_too_late',
  'refund_above_captured',
  'refund_above_limit',
  'refund_too_late',
] as const;

export const refusalCodeSchema = z.enum(REFUSAL_CODES);
export type RefusalCode = z.infer<typeof refusalCodeSchema>;

export interface Words {
  readonly 'zh-CN': string;
  readonly en: string;
}

export const wordsSchema = z.object({ 'zh-CN': z.string(), en: z.string() });

/** What the shopper or cashier reads: the reason and the way out in one line, and never a blame. */
export const REFUSAL_WORDS: Record<RefusalCode, Words> = {
  malformed_message: {
    'zh-CN': '设备消息无法识别，请联系管理员',
    en: 'This device sent something unreadable. Please call the operator',
  },
  unsupported_version: { 'zh-CN': '设备软件需要更新', en: 'This device needs an update' },
  unknown_type: { 'zh-CN': '设备软件需要更新', en: 'This device needs an update' },
  payload_too_large: {
    'zh-CN': '图像过大，请重试',
    en: 'The pictures are too large. Please try again',
  },
  topic_forbidden: {
    'zh-CN': '设备无权发送此消息，请联系管理员',
    en: 'This device may not send that. Please call the operator',
  },
  clock_skewed: {
    'zh-CN': '设备时间不准，请联系管理员',
    en: 'This device’s clock is wrong. Please call the operator',
  },
  rate_limited: { 'zh-CN': '请稍等片刻再试', en: 'Please wait a moment and try again' },
  busy: { 'zh-CN': '系统繁忙，请再试一次', en: 'Busy right now. Please try again' },
  bad_signature: {
    'zh-CN': '设备未通过验证，请联系管理员',
    en: 'This device could not be verified. Please call the operator',
  },
  challenge_unknown: {
    'zh-CN': '操作已过期，请重新开始',
    en: 'That took too long. Please start again',
  },
  challenge_used: {
    'zh-CN': '该次操作已使用，请重新开始',
    en: 'That was already used. Please start again',
  },
  challenge_expired: {
    'zh-CN': '操作已过期，请重新开始',
    en: 'That took too long. Please start again',
  },
  challenge_mismatch: {
    'zh-CN': '金额已改变，请重新开始',
    en: 'The amount has changed. Please start again',
  },
  probe_stale: {
    'zh-CN': '图像已过期，请重新开始',
    en: 'The pictures are too old. Please start again',
  },
  idempotency_conflict: {
    'zh-CN': '该笔付款已有其他内容，请重新开始',
    en: 'This payment already exists with other details. Please start again',
  },
  payment_unknown: { 'zh-CN': '没有这笔付款', en: 'There is no such payment' },
  not_an_image: { 'zh-CN': '没有收到图像，请重试', en: 'No picture arrived. Please try again' },
  image_too_large: {
    'zh-CN': '图像尺寸过大，请联系管理员',
    en: 'The picture is too large. Please call the operator',
  },
  no_face: {
    'zh-CN': '没有看到人脸，请正对镜头',
    en: 'No face in view. Please look at the camera',
  },
  several_faces: {
    'zh-CN': '画面中有多个人，请一人面对镜头',
    en: 'More than one person in view. One at a time, please',
  },
  face_too_small: { 'zh-CN': '太远了，请靠近一点', en: 'Please come closer' },
  face_turned_away: { 'zh-CN': '请正对镜头', en: 'Please face the camera' },
  face_blurred: { 'zh-CN': '请稍停一下，不要移动', en: 'Please hold still' },
  light_too_low: {
    'zh-CN': '光线太暗，请换个位置',
    en: 'It is too dark here. Please move a little',
  },
  light_too_strong: {
    'zh-CN': '光线太强，请换个位置',
    en: 'The light is too strong. Please move a little',
  },
  eyes_covered: {
    'zh-CN': '请摘下墨镜或抬高帽檐',
    en: 'Please take off sunglasses, or lift the brim of your cap',
  },
  attack_suspected: {
    'zh-CN': '本次无法使用刷脸，请用其他方式付款',
    en: 'Face pay is not available this time. Please pay another way',
  },
  not_recognised: {
    'zh-CN': '未能认出，请用其他方式付款',
    en: 'We don’t recognise you. Please pay another way',
  },
  ambiguous: {
    'zh-CN': '无法确定，请用其他方式付款',
    en: 'We can’t be sure it is you. Please pay another way',
  },
  question_unknown: {
    'zh-CN': '操作已过期，请重新开始',
    en: 'That took too long. Please start again',
  },
  answer_wrong: {
    'zh-CN': '信息不符，请用其他方式付款',
    en: 'That does not match. Please pay another way',
  },
  too_many_tries: {
    'zh-CN': '尝试次数过多，请用其他方式付款',
    en: 'Too many tries for now. Please pay another way',
  },
  pin_needed: {
    'zh-CN': '此笔需要支付密码，请用其他方式付款',
    en: 'This one needs a PIN. Please pay another way',
  },
  phone_or_pin_wrong: {
    'zh-CN': '手机号或密码不符，请核对或换种方式',
    en: 'Phone number or PIN does not match. Check them, or pay another way',
  },
  code_not_good: {
    'zh-CN': '此付款码已失效，请出示新的付款码',
    en: 'That code is no longer good. Please show the next one',
  },
  amount_above_limit: {
    'zh-CN': '金额超过限额，请用其他方式付款',
    en: 'Above the limit. Please pay another way',
  },
  hub_unavailable: {
    'zh-CN': '暂时无法使用，请用其他方式付款',
    en: 'Not available right now. Please pay another way',
  },
  funds_short: {
    'zh-CN': '可用额度不足，请用其他方式付款',
    en: 'Not enough available here. Please pay another way',
  },
  account_blocked: {
    'zh-CN': '本次无法使用，请用其他方式付款',
    en: 'Not available this time. Please pay another way',
  },
  offline_limit: {
    'zh-CN': '网络中断，此笔请用其他方式付款',
    en: 'No network for this one. Please pay another way',
  },
  offline_too_long: {
    'zh-CN': '网络中断过久，请用其他方式付款',
    en: 'The network has been away too long. Please pay another way',
  },
  payment_cancelled: {
    'zh-CN': '该笔付款已取消，请重新开始',
    en: 'This payment was cancelled. Please start a new one',
  },
  authorisation_expired: {
    'zh-CN': '该笔授权已过期，请重新开始',
    en: 'This authorisation has expired. Please start a new one',
  },
  move_not_allowed: {
    'zh-CN': '该笔付款目前不能这样处理',
    en: 'This payment cannot be changed that way now',
  },
  not_this_shop: {
    'zh-CN': '请到收款的店铺办理',
    en: 'Only the shop that took this payment can do that',
  },
  reversal_too_late: {
    'zh-CN': '已过撤销时间，请办理退款',
    en: 'Too late to reverse. Please refund',
  },
  refund_above_captured: {
    'zh-CN': '退款金额超过可退金额',
    en: 'That is more than is left of this payment',
  },
  refund_above_limit: {
    'zh-CN': '退款金额超过限额，请联系管理员',
    en: 'Above the limit for refunds. Please call the operator',
  },
  refund_too_late: {
    'zh-CN': '已过退款期限，请联系管理员',
    en: 'Too late for a refund here. Please call the operator',
  },
};
