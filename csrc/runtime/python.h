// Functions of Python's stable interface, as weak symbols: they are there where Python has loaded the library, which is
// built without Python and without its headers.
#pragma once
#include <cstdint>

struct PyObject;

#define SCI_PYTHON extern "C" __attribute__((weak))

struct PyMethodDef {
  const char* name;
  PyObject* (*function)(PyObject* self, PyObject* const* args, intptr_t count);
  int flags;
  const char* doc;
};
constexpr int METH_FASTCALL = 0x80;

SCI_PYTHON PyObject* PyCFunction_NewEx(PyMethodDef*, PyObject* self, PyObject* module);
SCI_PYTHON PyObject* PyCapsule_New(void*, const char* name, void (*destructor)(PyObject*));
SCI_PYTHON void* PyCapsule_GetPointer(PyObject*, const char* name);
SCI_PYTHON PyObject* PyDict_GetItem(PyObject*, PyObject* key);  // borrowed
SCI_PYTHON void PyErr_Clear();
SCI_PYTHON void PyErr_SetString(PyObject* type, const char*);
SCI_PYTHON PyObject* PyEval_SaveThread();  // a thread's state, which is opaque
SCI_PYTHON void PyEval_RestoreThread(PyObject*);
SCI_PYTHON double PyFloat_AsDouble(PyObject*);
SCI_PYTHON PyObject* PyLong_FromLongLong(long long);
SCI_PYTHON long long PyLong_AsLongLongAndOverflow(PyObject*, int* overflow);
SCI_PYTHON PyObject* PyObject_CallNoArgs(PyObject*);
SCI_PYTHON PyObject* PyObject_GetAttr(PyObject*, PyObject* name);
SCI_PYTHON int PyObject_SetAttr(PyObject*, PyObject* name, PyObject* value);
SCI_PYTHON PyObject* PyObject_Vectorcall(PyObject*, PyObject* const* args, size_t count, PyObject* keywords);
SCI_PYTHON PyObject* PySequence_GetItem(PyObject*, intptr_t);
SCI_PYTHON intptr_t PySequence_Size(PyObject*);
SCI_PYTHON PyObject* PyTuple_GetItem(PyObject*, intptr_t);  // borrowed
SCI_PYTHON PyObject* PyTuple_New(intptr_t size);
SCI_PYTHON int PyTuple_SetItem(PyObject*, intptr_t, PyObject* item);  // takes the item
SCI_PYTHON intptr_t PyTuple_Size(PyObject*);
SCI_PYTHON void Py_DecRef(PyObject*);
SCI_PYTHON void Py_IncRef(PyObject*);

#undef SCI_PYTHON
