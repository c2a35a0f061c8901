// Nothing but defaults: what scalecheck says of them must be true.
export default {};
