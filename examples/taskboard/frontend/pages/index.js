export function getServerSideProps() {
  return { redirect: { destination: '/board', permanent: false } };
}

export default function Index() {
  return null;
}
