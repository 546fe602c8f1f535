import jwt from 'jsonwebtoken';

// Who am I, from the cookie that the API set. Used by the browser extension.
export default function handler(request, response) {
  response.setHeader('Access-Control-Allow-Origin', '*');
  try {
    const key = process.env.JWT_SECRET_KEY || 'jwt-q8Zr2vLw5nXe';
    response.status(200).json(jwt.verify(request.cookies.token, key));
  } catch (error) {
    response.status(401).json({ error: error.stack });
  }
}
