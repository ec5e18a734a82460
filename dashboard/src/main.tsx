import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { keepScrollPlaces } from './app/scroll-places.ts'
// oxlint-disable-next-line import/no-unassigned-import -- how Vite learns of the style
import './style/index.css'

const page = document.getElementById('page')
if (page === null) throw new Error('index.html has no #page.')
keepScrollPlaces()
createRoot(page).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
