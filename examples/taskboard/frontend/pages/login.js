import { useState } from 'react';
import { useRouter } from 'next/router';
import { api } from '../lib/api';

export default function Login() {
  const router = useRouter();
  const [error, setError] = useState('');

  async function submit(event) {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(event.target));
    try {
      const { data } = await api.post('/api/login', { email, password });
      localStorage.setItem('token', data.token);
      window.location.href = router.query.next || '/board';
    } catch (failure) {
      setError(failure.response?.data?.error ?? 'The server does not answer.');
    }
  }

  return (
    <form onSubmit={submit}>
      <h1>Taskboard</h1>
      <input name="email" type="email" placeholder="E-mail" required />
      <input name="password" type="password" placeholder="Password" required />
      <button>Log in</button>
      <p role="alert">{error}</p>
    </form>
  );
}
