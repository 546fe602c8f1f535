import { useEffect, useState } from 'react';
import { useRouter } from 'next/router';
import _ from 'lodash';
import moment from 'moment';
import { marked } from 'marked';
import { api } from '../lib/api';

const STATES = ['todo', 'doing', 'done'];

export default function Board() {
  const router = useRouter();
  const [tasks, setTasks] = useState([]);

  useEffect(() => {
    api
      .get('/api/tasks')
      .then(({ data }) => setTasks(data))
      .catch(() => router.push('/login'));
  }, [router]);

  async function add(event) {
    event.preventDefault();
    const form = event.target;
    const { data } = await api.post('/api/tasks', Object.fromEntries(new FormData(form)));
    setTasks((old) => [...old, data]);
    form.reset();
  }

  async function move(task) {
    const state = STATES[(STATES.indexOf(task.state) + 1) % STATES.length];
    const { data } = await api.put(`/api/tasks/${task.id}`, { state });
    setTasks((old) => old.map((one) => (one.id === data.id ? data : one)));
  }

  const columns = _.groupBy(tasks, 'state');
  return (
    <main>
      <form onSubmit={add}>
        <input name="title" placeholder="New task" required />
        <input name="body" placeholder="Markdown" />
        <button>Add</button>
      </form>
      <div className="columns">
        {STATES.map((state) => (
          <section key={state}>
            <h2>{state}</h2>
            {_.map(columns[state], (task) => (
              <article key={task.id} onClick={() => move(task)}>
                <h3>{task.title}</h3>
                <div dangerouslySetInnerHTML={{ __html: marked.parse(task.body) }} />
                {task.due_at && <small>due {moment(task.due_at).fromNow()}</small>}
              </article>
            ))}
          </section>
        ))}
      </div>
    </main>
  );
}
